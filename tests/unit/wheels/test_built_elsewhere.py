"""Wheels that another machine has built, through the cache that both share."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.aws import connect
from lambda_ci.adapters.shared_cache import SharedCache
from lambda_ci.ci.plain import Plain
from lambda_ci.console import Console
from lambda_ci.main import SystemClock
from lambda_ci.model.spec.project import AwsSpec, CacheSpec
from lambda_ci.wheels.builders.cache import BuiltStore
from lambda_ci.wheels.store import WheelStore
from tests.fakes.aws_server import CREDENTIALS, AwsServer
from tests.fakes.index import wheel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KEY = "0" * 64
NOTE = f"lambda-ci-cache/wheels/built/{KEY}.json"
BUCKET = "wheels-of-all"


@pytest.fixture
def aws() -> Iterator[AwsServer]:
    with AwsServer() as server:
        server.s3.buckets[BUCKET] = server.region
        yield server


@pytest.fixture
def machine(tmp_path: Path, aws: AwsServer) -> Callable[[str], BuiltStore]:
    """The store of the machine of that name."""

    def made(name: str) -> BuiltStore:
        console = Console(stream=io.StringIO(), style=Plain(), clock=SystemClock())
        environ = {**CREDENTIALS, "AWS_ENDPOINT_URL": aws.url, "AWS_REGION": aws.region}
        access = connect(AwsSpec.model_validate({}), environ=environ, console=console)
        spec = CacheSpec.model_validate({"bucket": BUCKET})
        shared = SharedCache(spec=spec, aws=access, console=console)
        return BuiltStore(WheelStore(tmp_path / name / "wheels", shared))

    return made


def built(store: BuiltStore, folder: Path) -> None:
    path = folder / "demo-1.0-py3-none-any.whl"
    path.write_bytes(wheel("demo", "1.0"))
    store.keep(KEY, path, project="demo", version="1.0", how={"backend": "in place"})


def test_what_one_machine_built_another_need_not_build(machine: Callable[[str], BuiltStore], tmp_path: Path) -> None:
    built(machine("one"), tmp_path)
    found = machine("two").find(KEY)
    assert found
    assert (found.name, found.path.read_bytes()) == ("demo", wheel("demo", "1.0"))
    assert found.made
    assert found.made.backend == "in place"


def test_what_nobody_built_is_not_found(machine: Callable[[str], BuiltStore]) -> None:
    assert machine("two").find(KEY) is None


@pytest.mark.parametrize("note", [b"", b"{", b"[]", b'{"sha256": 1}', b"[" * 100_000, bytes(2 << 20)])
def test_a_note_that_is_none_counts_as_absent(
    machine: Callable[[str], BuiltStore], aws: AwsServer, tmp_path: Path, note: bytes
) -> None:
    built(machine("one"), tmp_path)
    aws.s3.objects[BUCKET, NOTE] = note
    assert machine("two").find(KEY) is None


def test_a_wheel_that_is_not_the_one_of_the_note_is_not_used(
    machine: Callable[[str], BuiltStore], aws: AwsServer, tmp_path: Path
) -> None:
    built(machine("one"), tmp_path)
    note = json.loads(aws.s3.objects[BUCKET, NOTE])
    aws.s3.objects[BUCKET, NOTE] = json.dumps({**note, "sha256": "a" * 64}).encode()
    assert machine("two").find(KEY) is None


@pytest.mark.parametrize("filename", ["../../../evil.whl", "/etc/evil.whl", "a\0b"])
def test_a_note_cannot_name_another_place(
    machine: Callable[[str], BuiltStore], aws: AwsServer, tmp_path: Path, filename: str
) -> None:
    built(machine("one"), tmp_path)
    note = json.loads(aws.s3.objects[BUCKET, NOTE])
    aws.s3.objects[BUCKET, NOTE] = json.dumps({**note, "filename": filename}).encode()
    assert machine("two").find(KEY) is None
    assert not list(tmp_path.rglob("evil.whl"))
