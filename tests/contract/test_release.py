"""What a release makes: action.yml with the image by digest, and the image's bill of materials. The workflow itself runs on GitHub."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import lambda_ci
from tests.fakes.standards import check_bill
from tools.image_bill import bill
from tools.pin_action import pinned

ROOT = Path(__file__).parents[2]
ACTION = (ROOT / "action.yml").read_text("utf-8")
REQUIREMENTS = (ROOT / "requirements/run.txt").read_text("utf-8")
WORKFLOW: dict[Any, Any] = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text("utf-8"))
IMAGE = f"ghcr.io/owner/lambda-ci@sha256:{'ab' * 32}"
BASE = f"public.ecr.aws/lambda/python@sha256:{'cd' * 32}"


def test_the_released_action_is_the_same_but_for_its_image() -> None:
    released, here = yaml.safe_load(pinned(ACTION, IMAGE)), yaml.safe_load(ACTION)
    assert released["runs"] == {"using": "docker", "image": f"docker://{IMAGE}"}
    assert {**released, "runs": here["runs"]} == here


@pytest.mark.parametrize("image", ["ghcr.io/owner/lambda-ci:1.0", "lambda-ci@sha256:abc", f"{IMAGE}\nx: y", ""])
def test_only_a_digest_names_an_image(image: str) -> None:
    with pytest.raises(ValueError, match="not an image by its digest"):
        pinned(ACTION, image)


def test_an_action_that_names_an_image_already_is_not_released_again() -> None:
    with pytest.raises(ValueError, match="exactly once"):
        pinned(pinned(ACTION, IMAGE), IMAGE)


def test_the_bill_holds_every_locked_package_with_its_hashes() -> None:
    document = bill(IMAGE, BASE, REQUIREMENTS)
    check_bill(document)
    libraries = [one for one in document["components"] if one["type"] == "library"]
    locked = re.findall(r"^([\w.-]+)==([^\s;\\]+)", REQUIREMENTS, flags=re.MULTILINE)
    assert [(one["name"], one["version"]) for one in libraries] == locked
    hashes = [file["hashes"][0]["content"] for one in libraries for file in one["externalReferences"]]
    assert len(hashes) == REQUIREMENTS.count("--hash=sha256:")


def test_the_bill_names_awss_image_and_lambda_ci() -> None:
    names = {one["name"]: one["version"] for one in bill(IMAGE, BASE, REQUIREMENTS)["components"]}
    assert names["public.ecr.aws/lambda/python"] == BASE.partition("@")[2]
    assert names["lambda-ci"] == lambda_ci.__version__


def test_both_attestations_and_the_action_are_about_the_image_that_was_published() -> None:
    jobs = WORKFLOW["jobs"]
    attested = [step["with"] for step in jobs["publish"]["steps"] if step.get("uses", "").startswith("actions/attest@")]
    assert [step["subject-digest"] for step in attested] == ["${{ steps.publish.outputs.digest }}"] * 2
    assert jobs["tag"]["env"]["DIGEST"] == "${{ needs.publish.outputs.digest }}"


def test_only_the_job_that_tags_may_write_to_the_repository() -> None:
    writing = [name for name, job in WORKFLOW["jobs"].items() if job["permissions"].get("contents") == "write"]
    assert writing == ["tag"]
