"""Render an invoice."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel

TEMPLATES = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined)


class Invoice(BaseModel):
    order: str
    customer: str
    cents: int


def handler(event, context):
    invoice = Invoice.model_validate(event)
    return {"html": TEMPLATES.get_template("invoice.html").render(invoice=invoice)}
