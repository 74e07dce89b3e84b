from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.fakes.configuration import Configuration

ARN = "arn:aws:lambda:eu-west-1::runtime:0123456789abcdef"
PROVIDER = (
    "capacity-provider-config: {lambda-managed-instances-capacity-provider-config: "
    "{capacity-provider-arn: 'arn:aws:lambda:eu-west-1:123456789012:capacity-provider:p'}}\n"
)


def test_everything_apart_from_the_configuration_is_read(configuration: Configuration) -> None:
    configuration.one(
        "log-retention-in-days: 14\nrecursive-loop: Allow\n"
        f"runtime-management: {{update-runtime-on: Manual, runtime-version-arn: '{ARN}'}}\n"
        f"{PROVIDER}scaling: {{min-execution-environments: 3, max-execution-environments: 9}}"
    )
    spec = configuration.function().spec
    assert (spec.log_retention_in_days, spec.recursive_loop) == (14, "Allow")
    assert spec.runtime_management
    assert (spec.runtime_management.update_runtime_on, spec.runtime_management.runtime_version_arn) == ("Manual", ARN)
    assert spec.scaling
    assert (spec.scaling.min_execution_environments, spec.scaling.max_execution_environments) == (3, 9)


def test_flags_take_them_as_well(configuration: Configuration) -> None:
    configuration.one("log-retention-in-days: 14")
    configuration.flags = {
        "log-retention-in-days": "none",
        "recursive-loop": "Terminate",
        "runtime-management": "{update-runtime-on: Auto}",
    }
    spec = configuration.function().spec
    assert (spec.log_retention_in_days, spec.recursive_loop) == ("none", "Terminate")
    assert spec.runtime_management
    assert spec.runtime_management.update_runtime_on == "Auto"


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ("log-retention-in-days: 10", "2922, 3288, 3653 days, not 10; write 14 or none"),
        ("log-retention-in-days: 9999", "not 9999; write 3653 or none"),
        ("log-retention-in-days: 0", "log-retention-in-days: must be at least 1, not 0"),
        ("log-retention-in-days: never", 'must be a whole number or "none", not "never"'),
        ("recursive-loop: Deny", 'must be one of "Terminate", "Allow", not "Deny"'),
        ("runtime-management: {}", "runtime-management.update-runtime-on: is required"),
        ("runtime-management: {update-runtime-on: auto}", 'did you mean "Auto"?'),
        ("runtime-management: {update-runtime-on: Manual}", "runtime-management.runtime-version-arn: is required with `Manual`"),
        (f"runtime-management: {{update-runtime-on: Auto, runtime-version-arn: '{ARN}'}}", "is for `update-runtime-on: Manual` only, not with \"Auto\""),
        ("runtime-management: {update-runtime-on: Manual, runtime-version-arn: python3.12}", "runtime-version-arn: must have at least 26 characters, not 10"),
        ("package-type: Image\nimage: {repository: orders}\nruntime-management: {update-runtime-on: Auto}", "a container image brings its own runtime"),
        ("scaling: {min-execution-environments: 3}", "is only for functions that run on the instances of a capacity provider"),
        (f"{PROVIDER}scaling: {{min-execution-environments: 3, max-execution-environments: 2}}", "min-execution-environments (3) must not be more than max-execution-environments (2)"),
        (f"{PROVIDER}scaling: {{max-execution-environments: 0}}", "must be at least 1, not 0"),
    ],
)  # fmt: skip
def test_what_aws_would_refuse_is_refused_before_any_request(
    configuration: Configuration, declared: str, words: str
) -> None:
    configuration.one(declared)
    assert any(words in problem for problem in configuration.problems()), configuration.problems()
