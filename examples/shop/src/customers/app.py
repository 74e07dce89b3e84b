"""Normalise a customer's record."""

from pydantic import BaseModel, field_validator


class Customer(BaseModel):
    name: str
    email: str

    @field_validator("email")
    @classmethod
    def lower(cls, value):
        if "@" not in value:
            raise ValueError("an address has an @")
        return value.strip().lower()


def handler(event, context):
    return Customer.model_validate(event).model_dump()
