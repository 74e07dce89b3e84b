from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.fakes.configuration import Configuration


def test_everything_beside_the_function_is_read(configuration: Configuration) -> None:
    configuration.one(
        "reserved-concurrency: 5\n"
        "provisioned-concurrency: 2\n"
        "async: {maximum-retry-attempts: 0, on-failure: 'arn:aws:sqs:eu-west-1:123456789012:failed'}\n"
        "url: {auth-type: NONE, cors: {allow-origins: ['*'], allow-methods: [GET]}}"
    )
    spec = configuration.function().spec
    assert (spec.reserved_concurrency, spec.provisioned_concurrency) == (5, 2)
    assert spec.async_
    assert spec.async_ != "none"
    assert (spec.async_.maximum_retry_attempts, spec.async_.on_success) == (0, None)
    assert spec.url
    assert spec.url != "none"
    assert spec.url.cors
    assert (spec.url.auth_type, spec.url.cors.allow_methods) == ("NONE", ("GET",))


def test_flags_take_numbers_words_and_mappings(configuration: Configuration) -> None:
    configuration.one("url: {auth-type: NONE}")
    configuration.flags = {
        "reserved-concurrency": "0",
        "provisioned-concurrency": "none",
        "url": "none",
        "async": "{maximum-retry-attempts: 1}",
    }
    spec = configuration.function().spec
    assert (spec.reserved_concurrency, spec.provisioned_concurrency, spec.url) == (0, "none", "none")
    assert spec.async_
    assert spec.async_ != "none"
    assert spec.async_.maximum_retry_attempts == 1


def test_a_number_may_come_from_the_environment(configuration: Configuration) -> None:
    configuration.one('reserved-concurrency: "${env:MOST}"')
    configuration.environ = {"MOST": "7"}
    assert configuration.function().spec.reserved_concurrency == 7


@pytest.mark.parametrize(
    ("declared", "problems"),
    [
        ("reserved-concurrency: -1", ['6:27: functions.f.reserved-concurrency: must be at least 0, not -1']),
        ("reserved-concurrency: nil", ['6:27: functions.f.reserved-concurrency: must be a whole number or "none", not "nil"']),
        ("provisioned-concurrency: 0", ['6:30: functions.f.provisioned-concurrency: must be at least 1, not 0']),
        ("provisioned-concurrency: 6\nreserved-concurrency: 5", ['6:30: functions.f.provisioned-concurrency: 6 cannot be kept warm where reserved-concurrency is 5']),
        ("provisioned-concurrency: 1\nsnap-start: {apply-on: PublishedVersions}", ['6:30: functions.f.provisioned-concurrency: Lambda does not keep versions with SnapStart warm; write only one of both']),
        ("url: public", ['6:10: functions.f.url: must be a mapping (KEY: value) or "none", not "public"']),
        ("url: {}", ['6:5: functions.f.url.auth-type: is required']),
        ("url: {auth-type: IAM}", ['6:22: functions.f.url.auth-type: must be one of "NONE", "AWS_IAM", not "IAM"; did you mean "AWS_IAM"?']),
        ("url: {auth-type: NONE, cors: {allow-methods: [OPTIONS]}}", ['6:51: functions.f.url.cors.allow-methods[0]: must be *, GET, HEAD, PUT, POST, PATCH or DELETE (preflight requests are always answered), not "OPTIONS"']),
        ("url: {auth-type: NONE, cor: {}}", ['6:28: functions.f.url.cor: unknown key; did you mean "cors"?']),
        ("async: {maximum-retry-attempts: 3}", ['6:37: functions.f.async.maximum-retry-attempts: must be at most 2, not 3']),
        ("async: {on-failure: queue}", ['6:25: functions.f.async.on-failure: must be an ARN, or none, not "queue"']),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_said_with_its_place(
    configuration: Configuration, declared: str, problems: list[str]
) -> None:
    configuration.one(declared)
    assert configuration.problems() == [f"lambda-ci.yml:{problem}" for problem in problems]


def test_a_variable_and_a_tag_without_a_value_are_taken(configuration: Configuration) -> None:
    configuration.one(
        "environment: {OLD: , NEW: x}\ntags: {old: , new: y}\nmode: code-only", top="defaults: {environment: {OLD: z}}"
    )
    spec = configuration.function().spec
    assert spec.environment == {"OLD": None, "NEW": "x"}
    assert spec.variables == {"NEW": "x"}
    assert spec.tags == {"old": None, "new": "y"}
    assert spec.mode == "code-only"


@pytest.mark.parametrize("text", ["layer: auto", "layers: [deps]"])
def test_code_only_cannot_attach_layers_that_the_project_builds(configuration: Configuration, text: str) -> None:
    (configuration.folder / "layer").mkdir()
    configuration.one(f"mode: code-only\n{text}", top="layers: {deps: {source: layer}}")
    assert any("cannot attach layers" in problem for problem in configuration.problems())
