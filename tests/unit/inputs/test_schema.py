from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from lambda_ci.inputs.schema import first_sentence, json_schema

if TYPE_CHECKING:
    from tests.fakes.configuration import Configuration

DESIGN = """\
version: 1
project: shop
aws: {region: eu-west-1}
staging: {bucket: shop-artifacts}
defaults: {runtime: python3.13, architecture: arm64, memory-size: 512, alias: live}
functions:
  orders:
    handler: app.handler
    environment: {TABLE: "${env:TABLE:-t}"}
    role: arn:aws:iam::123456789012:role/orders
    timeout: "${env:TIMEOUT:-30}"
    vpc-config: {subnet-ids: [subnet-1], SecurityGroupIds: [sg-1]}
    ephemeral-storage: {Size: 512}
    smoke: [{payload: {ping: true}, expect: {status: 200}}]
  plain:
    handler: app.handler
  empty:
stages:
  prod: {defaults: {memory-size: 1024}, staging: {prefix: x/}}
  preview: {functions: {orders: {environment: {TABLE: orders-preview}}}}
  bare:
"""


def refusals(text: str) -> list[str]:
    validator = Draft202012Validator(json_schema())
    return [error.message for error in validator.iter_errors(yaml.safe_load(text))]


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(json_schema())


def test_the_example_of_the_documentation_is_taken_by_the_schema_and_by_the_door(configuration: Configuration) -> None:
    configuration.write(DESIGN.replace("  empty:", "  empty: {handler: app.handler}"))

    assert refusals(DESIGN) == []
    assert configuration.problems() == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version: 1", "version: 2"),
        ("project: shop", "projekt: shop"),
        ("memory-size: 512", "memory-size: 64"),
        ("memory-size: 512", "memory-size: lots"),
        ("runtime: python3.13", "runtime: nodejs22.x"),
        ("architecture: arm64", "architecture: arm"),
        ("role: arn:aws:iam::123456789012:role/orders", "role: orders"),
        ("subnet-ids", "subnets"),
        ("{Size: 512}", "{}"),
        ("status: 200", "status: OK"),
        ("plain:", "a/b:"),
        ("alias: live", "alias: '12'"),
    ],
)
def test_what_the_door_refuses_the_schema_refuses_too(old: str, new: str, configuration: Configuration) -> None:
    assert old in DESIGN
    text = DESIGN.replace(old, new)
    configuration.write(text)

    assert refusals(text)
    assert configuration.problems()


def test_every_key_has_a_description() -> None:
    schema: dict[str, Any] = json_schema()
    sections = [
        schema,
        *(schema["$defs"][name] for name in ("AwsSpec", "StagingSpec", "FunctionSpec", "SmokeCase", "Expect")),
    ]

    assert not [
        key for section in sections for key, value in section["properties"].items() if not value.get("description")
    ]


@pytest.mark.parametrize(
    ("documentation", "sentence"),
    [
        ("<p>The <code>Timeout</code> of a &amp; b. The default is 3.</p>", "The Timeout of a & b."),
        ("<p>Uses python3.13 and e.g. more</p>", "Uses python3.13 and e.g."),
        ("", ""),
        ("No stop", "No stop"),
    ],
)
def test_documentation_is_cut_to_its_first_sentence_without_html(documentation: str, sentence: str) -> None:
    assert first_sentence(documentation) == sentence
