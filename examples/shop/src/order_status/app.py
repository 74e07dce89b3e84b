"""Where is my order?"""

from enum import StrEnum

from pydantic import BaseModel


class Status(StrEnum):
    NEW = "new"
    PAID = "paid"
    SENT = "sent"


class Event(BaseModel):
    paid: bool = False
    parcel: str | None = None


def handler(event, context):
    order = Event.model_validate(event)
    if order.parcel:
        return {"status": Status.SENT, "parcel": order.parcel}
    return {"status": Status.PAID if order.paid else Status.NEW}
