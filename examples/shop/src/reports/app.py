"""Add up the orders of a day."""

from collections import Counter

import orjson
from pydantic import BaseModel, TypeAdapter


class Sale(BaseModel):
    sku: str
    count: int


SALES = TypeAdapter(list[Sale])


def handler(event, context):
    total = Counter()
    for sale in SALES.validate_python(event["sales"]):
        total[sale.sku] += sale.count
    return orjson.loads(orjson.dumps(dict(total.most_common())))
