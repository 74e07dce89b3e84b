from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lambda_ci.adapters.host import Host
from lambda_ci.errors import BuildError
from lambda_ci.model.spec.packages import BuildSpec
from lambda_ci.wheels.builders.decision import PURE, Decision, decide
from lambda_ci.wheels.builders.source import Job
from lambda_ci.wheels.choice import Unbuilt
from tests.fakes.building import AL2, AL2023, ARM

if TYPE_CHECKING:
    from lambda_ci.model.target import Target

LIKE = Host(machine="x86_64", glibc=(2, 26), python=Path("/usr/bin/python3"), identity="cpython")
NEWER = Host(machine="x86_64", glibc=(2, 36), python=Path("/usr/bin/python3"), identity="cpython")
BARE = Host(machine="x86_64", glibc=(2, 26), python=None, identity="")
MUSL = Host(machine="x86_64", glibc=None, python=Path("/usr/bin/python3"), identity="cpython")


def _job(target: Target = AL2, **options: Any) -> Job:  # noqa: ANN401 - as pydantic takes them
    spec = BuildSpec.model_validate({key.replace("_", "-"): value for key, value in options.items()})
    return Job(
        source=Unbuilt(name="demo", version="1.0", folder=Path("demo")), target=target, options=spec, root=Path()
    )


def test_a_machine_like_the_runtimes_builds_in_place() -> None:
    found = decide(_job(), LIKE, pure=False)
    assert found == Decision(in_place=True, why="this machine runs Python 3.11 on x86_64 as the runtime does")


@pytest.mark.parametrize(
    ("host", "why"),
    [
        (NEWER, "this machine has glibc 2.36, the runtime 2.26"),
        (BARE, "there is no CPython 3.11 on this machine"),
        (MUSL, "this machine has another C library than glibc"),
    ],
)
def test_any_difference_leads_into_the_image_and_is_named(host: Host, why: str) -> None:
    assert decide(_job(), host, pure=False) == Decision(in_place=False, why=why)


def test_the_other_architecture_is_another_machine() -> None:
    assert decide(_job(ARM), LIKE, pure=False) == Decision(in_place=False, why="this machine is x86_64")


@pytest.mark.parametrize("host", [NEWER, BARE, MUSL])
@pytest.mark.parametrize("backend", ["auto", "in-place"])
def test_what_has_nothing_to_compile_is_built_anywhere(host: Host, backend: str) -> None:
    assert decide(_job(backend=backend), host, pure=True) == Decision(in_place=True, why=PURE, only_pure=True)


@pytest.mark.parametrize("options", [{"system_packages": ("gcc",)}, {"image": "example/image"}])
def test_who_names_an_image_or_packages_of_its_system_wants_the_image(options: dict[str, Any]) -> None:
    assert not decide(_job(**options), LIKE, pure=False).in_place
    assert decide(_job(**options), LIKE, pure=True).in_place
    assert decide(_job(backend="in-place", **options), LIKE, pure=False).in_place


@pytest.mark.parametrize("pure", [True, False])
def test_container_means_container(pure: bool) -> None:
    assert not decide(_job(backend="container"), LIKE, pure=pure).in_place


def test_in_place_where_the_result_would_not_run_is_refused_with_the_reason() -> None:
    with pytest.raises(BuildError) as caught:
        decide(_job(AL2023, backend="in-place"), NEWER, pure=False)
    assert "demo 1.0 cannot be built in place for python3.12" in caught.value.what
    assert "this machine has glibc 2.36, the runtime 2.34" in caught.value.why
    assert "container" in caught.value.fix
