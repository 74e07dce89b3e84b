"""Slimmed real packages still work: they are unpacked and used by a Python of this machine."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.uv import Uv
from lambda_ci.lock.resolve import Resolver, lock
from lambda_ci.main import SystemClock
from lambda_ci.model.target import Architecture, Target
from lambda_ci.wheels.fetch import Depot, fetch
from lambda_ci.wheels.stripping.overlay import without_symbols
from tests.fakes.project import HANDLER, Project
from tests.fakes.quiet import quiet

if TYPE_CHECKING:
    from pathlib import Path

    from lambda_ci.model.artifact import Package

RUNTIME = f"python3.{sys.version_info.minor}"
TARGET = Target(RUNTIME, Architecture.ARM64 if platform.machine() == "aarch64" else Architecture.X86_64)
EVERYTHING = ("tests", "stubs", "headers", "debug-symbols", "duplicates")
DATA = """
import io
import numpy as np, pandas as pd, pyarrow as pa, pyarrow.compute as pc, pyarrow.dataset
frame = pd.DataFrame({"a": np.arange(1000), "b": np.linspace(0, 1, 1000), "c": [str(n) for n in range(1000)]})
buffer = io.BytesIO()
frame.to_parquet(buffer)
buffer.seek(0)
pd.testing.assert_frame_equal(pd.read_parquet(buffer), frame)
np.testing.assert_allclose(np.linalg.inv(np.eye(3) * 2), np.eye(3) / 2)
assert pc.sum(pa.array([1, 2])).as_py() == 3
try:
    pa.array([1]).cast("no such type")
except (pa.ArrowInvalid, ValueError):
    print("raised")
"""
CRYPTOGRAPHY = """
from cryptography.fernet import Fernet
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
box = Fernet(Fernet.generate_key())
assert box.decrypt(box.encrypt(b"x")) == b"x"
key = Ed25519PrivateKey.generate()
try:
    key.public_key().verify(key.sign(b"a"), b"b")
except InvalidSignature:
    print("raised")
"""
METADATA = """
from importlib.metadata import distributions
found = {one.metadata["Name"].lower(): one for one in distributions(path=[sys.path[0]])}
assert all(one.version and one.files and one.read_text("METADATA") for one in found.values())
print(",".join(sorted(found)))
print(",".join(sorted(point.name for one in found.values() for point in one.entry_points)))
"""
CLIENTS = """
import boto3
session = boto3.Session(aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="x", region_name="eu-west-1")
url = session.client("s3").generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"})
assert "X-Amz-Signature" in url or "Signature" in url
table = session.resource("dynamodb").Table("t")
assert table.table_name == "t"
sts = session.client("sts")
assert "Signature" in sts.generate_presigned_url("get_caller_identity")
assert session.client("dynamodb").get_paginator("scan") and session.client("dynamodb").get_waiter("table_exists")
assert session.client("sso") and session.client("sso-oidc")
try:
    session.client("ec2")
except Exception as error:
    print(type(error).__name__)
print(sorted(set(session.get_available_services())))
"""

pytestmark = pytest.mark.network


def package(tmp_path: Path, requirements: str, **options: object) -> Package:
    """A package of these requirements for this Python, with these options of ``package``."""
    project = Project(tmp_path / "function")
    project.write("app.py", HANDLER)
    path = tmp_path / "requirements.txt"
    path.write_text(requirements)
    console, _ = quiet(SystemClock())
    environ = dict(os.environ)
    found = lock(path, TARGET, Resolver(uv=Uv(environ), cache_dir=tmp_path / "cache", console=console))
    [wheels] = fetch([found], Depot.of(tmp_path / "cache", console=console, environ=environ))
    if "debug-symbols" in str(options.get("slim", "")):
        wheels = without_symbols(wheels, console=console)
    project.wheels.extend(wheels)
    values = {name.replace("_", "-"): value for name, value in options.items()}
    project.spec |= {"runtime": TARGET.runtime, "architecture": TARGET.architecture, "package": values}
    return project.assemble()


def run(package: Package, tmp_path: Path, code: str) -> str:
    """What Python prints that has nothing but the package (and its own standard library)."""
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(package.path) as archive:
        archive.extractall(folder)
    program = f"import sys; sys.path.insert(0, {str(folder)!r})\n{code}"
    command = [sys.executable, "-I", "-S", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_numpy_pandas_and_pyarrow_work_without_what_they_do_not_need(tmp_path: Path) -> None:
    made = package(tmp_path, "numpy\npandas\npyarrow\n", slim=EVERYTHING)
    assert made.unpacked_size < 262_144_000
    assert {one.rule for one in made.savings} >= {"tests", "stubs", "headers", "debug-symbols"}
    assert sum(one.size for one in made.savings) > 50_000_000
    assert run(made, tmp_path, DATA) == "raised"
    names, points = (set(line.split(",")) for line in run(made, tmp_path, METADATA).splitlines())
    assert {"numpy", "pandas", "pyarrow"} <= names
    assert {"f2py", "numpy-config"} <= points


def test_cryptography_works_without_its_symbols(tmp_path: Path) -> None:
    made = package(tmp_path, "cryptography\npyyaml\n", slim=EVERYTHING)
    assert run(made, tmp_path, CRYPTOGRAPHY) == "raised"
    assert run(made, tmp_path, "import yaml; print(yaml.load('a: [1]', yaml.CSafeLoader))") == "{'a': [1]}"
    assert "cryptography" in run(made, tmp_path, METADATA)


def test_boto3_with_two_services_makes_clients_and_signs(tmp_path: Path) -> None:
    made = package(tmp_path, "boto3\n", botocore_services=("s3", "dynamodb"))
    assert made.warnings == ()
    error, services = run(made, tmp_path, CLIENTS).splitlines()
    assert error == "UnknownServiceError"
    assert services == "['dynamodb', 's3', 'signin', 'sso', 'sso-oidc', 'sts']"
    assert made.unpacked_size < 8_000_000


def test_the_runtimes_boto3_leaves_nothing_behind(tmp_path: Path) -> None:
    made = package(tmp_path, "boto3\npyyaml\n", runtime_boto3=True)
    assert {line.distribution for line in made.ledger} == {"", "pyyaml"}
