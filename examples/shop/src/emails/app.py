"""Write the text of an e-mail."""

from jinja2 import Environment, StrictUndefined

TEXTS = {
    "welcome": "Welcome, {{ name }}!",
    "sent": "{{ name }}, your parcel {{ parcel }} is on its way.",
}
JINJA = Environment(autoescape=False, undefined=StrictUndefined)


def handler(event, context):
    text = JINJA.from_string(TEXTS[event["text"]]).render(**event["values"])
    return {"subject": event["text"], "text": text}
