"""GET one product, or all of them."""

import orjson
from pydantic import BaseModel


class Product(BaseModel):
    sku: str
    title: str
    cents: int


PRODUCTS = {
    product.sku: product
    for product in (
        Product(sku="mug", title="A mug", cents=900),
        Product(sku="shirt", title="A shirt", cents=2400),
    )
}


def handler(event, context):
    sku = (event.get("pathParameters") or {}).get("sku")
    if sku is None:
        return answer(200, [product.model_dump() for product in PRODUCTS.values()])
    product = PRODUCTS.get(sku)
    return answer(200, product.model_dump()) if product else answer(404, {"error": f"no product {sku}"})


def answer(status, body):
    return {"statusCode": status, "body": orjson.dumps(body).decode()}
