"""An HTTP API behind a function URL or an API Gateway: quotes prices.

GET  /health  {"status": "ok", "release": "1"}
POST /quotes  {"lines": [{"cents": 1000, "count": 2}], "country": "DE"}  ->  {"net": 2000, "tax": 380, "gross": 2380, "currency": "EUR"}
"""

import orjson
from context import Context
from pydantic import ValidationError
from quotes import Order, quote

from lambda_ci.dispatch import LambdaHandler

RELEASE = "1"


class Api(LambdaHandler):
    """One instance serves all requests of a running function; what is stored on it is there in the next one."""

    def handle(self):
        method, path = self.event["requestContext"]["http"]["method"], self.event["rawPath"]
        match method, path:
            case "GET", "/health":
                return answer(200, {"status": "ok", "release": RELEASE})
            case "POST", "/quotes":
                return self.quote()
        return answer(404, {"error": f"there is no {method} {path}"})

    def quote(self):
        try:
            order = Order.model_validate_json(self.event.get("body") or "")
        except ValidationError as error:
            return answer(422, {"errors": error.errors(include_url=False, include_context=False, include_input=False)})
        return answer(200, quote(order, currency=self.config.get("CURRENCY", "EUR")))


def answer(status, body):
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": orjson.dumps(body).decode()}


handler = Api(Context())
