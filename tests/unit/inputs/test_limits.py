"""What Lambda would refuse, refused before any request, with the limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.fakes.configuration import Configuration

LAYER = "'arn:aws:lambda:eu-west-1:123456789012:layer:l{}:1'"
SNAPSHOT = "snap-start: {apply-on: PublishedVersions}"
MOUNTED = "file-system-configs: [{arn: 'arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-0123456789abcdef0', local-mount-path: /mnt/d}]"
PROVIDER = (
    "capacity-provider-config: {lambda-managed-instances-capacity-provider-config: "
    "{capacity-provider-arn: 'arn:aws:lambda:eu-west-1:123456789012:capacity-provider:p'}}\n"
)


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ("timeout: 901", "timeout: must be at most 900 seconds, not 901"),
        ("memory-size: 10241", "memory-size: must be at most 10240 MB, not 10241"),
        ("memory-size: 127", "memory-size: must be between 128 and"),
        ("ephemeral-storage: {size: 10241}", "ephemeral-storage.size: must be at most 10240 MB, not 10241"),
        ("ephemeral-storage: {Size: 20000}", "must be at most 10240 MB, not 20000"),
        (f"description: {'x' * 257}", "description: must have at most 256 characters, not 257"),
        ("alias: '2024'", "alias: must be letters, digits, - and _ (not digits alone)"),
        (f"layers: [{', '.join(LAYER.format(number) for number in range(6))}]", "layers: must have at most 5 entries, not 6"),
        (f"environment: {{KEY: '{'x' * 5000}'}}", "as JSON; Lambda allows 4096"),
        ("environment: {AWS_REGION: x}", "Lambda sets this variable itself"),
        (f"function-name: {'x' * 65}", "function-name: must have at most 64 characters, not 65"),
        (f"{SNAPSHOT}\nephemeral-storage: {{size: 1024}}", "no snapshots of functions with more than 512 MB"),
        (f"{SNAPSHOT}\n{MOUNTED}", "no snapshots of functions with file-system-configs"),
        ("logging-config: {log-format: Text, system-log-level: WARN}", "system-log-level: is for `log-format: JSON` only"),
    ],
)  # fmt: skip
def test_what_is_too_large_or_does_not_go_together_is_refused(
    configuration: Configuration, declared: str, words: str
) -> None:
    configuration.one(declared)
    assert any(words in problem for problem in configuration.problems()), configuration.problems()


def test_snapshots_need_a_runtime_that_has_them(configuration: Configuration) -> None:
    described = "    handler: app.handler\n    runtime: python3.11\n    snap-start: {ApplyOn: PublishedVersions}\n"
    configuration.write(f"version: 1\nfunctions:\n  f:\n{described}")
    assert any("from python3.12 on" in problem for problem in configuration.problems())


@pytest.mark.parametrize(
    "declared",
    [
        "timeout: 900\nmemory-size: 10240\nephemeral-storage: {size: 10240}",
        f"{PROVIDER}memory-size: 32768",
        f"{SNAPSHOT}\nephemeral-storage: {{size: 512}}",
        "logging-config: {log-format: JSON, system-log-level: WARN}",
    ],
)
def test_what_lambda_takes_is_taken(configuration: Configuration, declared: str) -> None:
    configuration.one(declared)
    assert configuration.problems() == []
