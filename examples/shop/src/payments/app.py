"""Sign a payment request for the bank."""

import hashlib
import hmac
import os

import orjson
from pydantic import BaseModel, Field


class Payment(BaseModel):
    order: str
    cents: int = Field(gt=0)


def handler(event, context):
    payment = Payment.model_validate(event)
    text = orjson.dumps(payment.model_dump(), option=orjson.OPT_SORT_KEYS)
    key = os.environ.get("SIGNING_KEY", "for tests only").encode()
    return {"payment": payment.model_dump(), "signature": hmac.new(key, text, hashlib.sha256).hexdigest()}
