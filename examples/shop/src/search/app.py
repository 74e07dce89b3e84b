"""Find products by a word in their title."""

import orjson
from pydantic import BaseModel, Field

TITLES = {"mug": "A blue mug", "shirt": "A blue shirt", "cap": "A red cap"}


class Query(BaseModel):
    q: str = Field(min_length=2)


def handler(event, context):
    query = Query.model_validate(event.get("queryStringParameters") or {})
    found = sorted(sku for sku, title in TITLES.items() if query.q.lower() in title.lower())
    return {"statusCode": 200, "body": orjson.dumps({"found": found}).decode()}
