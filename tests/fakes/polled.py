"""Sources that Lambda polls: as they are declared, and what the emulated AWS has of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import JsonValue

    from tests.fakes.aws_server import AwsServer
    from tests.fakes.aws_strict import JsonObject
    from tests.fakes.deployment import Project

QUEUE = "arn:aws:sqs:eu-west-1:123456789012:orders"
FIFO = "arn:aws:sqs:eu-west-1:123456789012:orders.fifo"
STREAM = "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks"
TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-11-21T08:00:00.000"
CLUSTER = "arn:aws:kafka:eu-west-1:123456789012:cluster/shop/6cc0432b-8618-4f44-bccc-e1fbd8fb7c4d-2"
BROKER = "arn:aws:mq:eu-west-1:123456789012:broker:shop:b-1234a5b6-78cd-901e-2fgh-3i45j6k178l9"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-Ab12Cd"
ALIAS = "arn:aws:lambda:eu-west-1:123456789012:function:orders:live"
READ = ["GetFunction", "GetFunction", "GetPolicy", "ListEventSourceMappings"]
CREATE, UPDATE, DELETE = (f"{verb}EventSourceMapping" for verb in ("Create", "Update", "Delete"))


def source(arn: str = QUEUE, **options: JsonValue) -> JsonValue:
    """One trigger; without options in the short form."""
    named = {key.replace("_", "-"): value for key, value in options.items()}
    return {"event-source": {"source-arn": arn, **named} if named else arn}


def deployed(project: Project, server: AwsServer, *triggers: JsonValue) -> None:
    project.deploy(project.function(triggers=list(triggers)), project.package())
    server.requests.clear()


def mappings(server: AwsServer) -> list[JsonObject]:
    """As AWS would tell them, without what is still being deleted."""
    found = [one.described for one in server.lambda_.sources.mappings.values()]
    return [one for one in found if one["State"] != "Deleting"]
