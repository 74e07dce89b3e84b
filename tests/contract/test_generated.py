"""What is generated from the models is what the models say, and what users see holds nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from lambda_ci.inputs.aliases import ALIASES
from lambda_ci.inputs.options import options
from lambda_ci.model.spec.function import FunctionSpec
from lambda_ci.model.spec.packages import AuditSpec, BuildSpec, ImageSpec, PackageSpec
from lambda_ci.model.spec.project import AwsSpec, CacheSpec, Spec, StagingSpec
from tests.contract.schemas import accepted
from tools.generate import generated

ROOT = Path(__file__).parents[2]
ONLY_IN_THE_ACTION = {
    "command", "local", "matrix", "to", "keep", "payload", "preview", "prebuilt", "comment", "github-token", *ALIASES
} - {"ephemeral-storage"}  # fmt: skip
"""An alias that has the name of a setting says how else that may be written."""
OUTPUTS = {
    "function-arn", "version", "previous-version", "alias", "function-url", "preview-url", "code-sha256", "package-path", "package-size", "sbom-path",
    "provenance-path", "changed", "plan", "matrix", "any", "result",
}  # fmt: skip


def action() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    return content


@pytest.mark.parametrize("path", sorted(generated()), ids=lambda path: str(path.name))
def test_the_file_is_what_the_models_say(path: Path) -> None:
    assert path.read_text("utf-8") == generated()[path], "run: python tools/generate.py"


def test_the_check_of_the_generator_ends_with_0() -> None:
    done = subprocess.run(
        [sys.executable, "tools/generate.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert (done.returncode, done.stdout) == (0, "")


def test_every_input_of_the_action_is_a_setting_and_every_setting_is_an_input() -> None:
    inputs = action()["inputs"]

    assert set(inputs) == {option.name for option in options()} | ONLY_IN_THE_ACTION
    assert all(value["description"].strip() and value["required"] is False for value in inputs.values())
    assert not {"args", "entrypoint"} & set(inputs)


def test_every_field_of_the_models_can_be_given_without_a_file() -> None:
    keys = {option.key for option in options()}
    function = {field.alias for field in FunctionSpec.model_fields.values()} - {
        "members",
        "build",
        "package",
        "audit",
        "image",
        "rollout",
    }
    build = {f"build.{field.alias}" for field in BuildSpec.model_fields.values()}
    package = {f"package.{field.alias}" for field in PackageSpec.model_fields.values()}
    audit = {f"audit.{field.alias}" for field in AuditSpec.model_fields.values()}
    image = {f"image.{field.alias}" for field in ImageSpec.model_fields.values()}
    project = {f"aws.{field.alias}" for field in AwsSpec.model_fields.values()}
    staging = {f"staging.{field.alias}" for field in StagingSpec.model_fields.values()}

    cache = {f"cache.{field.alias}" for field in CacheSpec.model_fields.values()}
    assert function | build | package | audit | image | project | staging | cache | {"project"} <= keys
    assert set(Spec.model_fields) == {
        "version",
        "project",
        "aws",
        "staging",
        "cache",
        "preview",
        "on_failure",
        "build",
        "package",
        "layers",
        "defaults",
        "functions",
        "stages",
    }


def test_the_outputs_of_the_action_are_described() -> None:
    outputs = action()["outputs"]

    assert set(outputs) == OUTPUTS
    assert all(output["description"].endswith(".") for output in outputs.values())


def test_the_action_runs_in_its_container() -> None:
    assert action()["runs"] == {"using": "docker", "image": "Dockerfile"}


def test_the_published_schema_is_a_draft_2020_12_schema() -> None:
    accepted("--check-metaschema", ROOT / "docs" / "lambda-ci.schema.json")
