"""Take an order."""

import hashlib
import logging
import os

import orjson
from pydantic import BaseModel, Field, ValidationError

LOG = logging.getLogger(__name__)
LOG.setLevel(os.environ.get("LOG_LEVEL", "INFO"))


class Order(BaseModel):
    customer: str = Field(min_length=1)
    skus: list[str] = Field(min_length=1)


def handler(event, context):
    try:
        order = Order.model_validate_json(event.get("body") or "{}")
    except ValidationError as error:
        return answer(422, {"errors": error.error_count()})
    number = hashlib.sha256(order.model_dump_json().encode()).hexdigest()[:8]
    LOG.info("order %s: %d items", number, len(order.skus))
    return answer(201, {"order": number, "items": len(order.skus)})


def answer(status, body):
    return {"statusCode": status, "body": orjson.dumps(body).decode()}
