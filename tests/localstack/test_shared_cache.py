"""Packages that two machines share through a real bucket."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.index import Index, sha256, wheel
from tests.localstack.account import NAME, REGION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.cli import Ran
    from tests.localstack.account import Account

FILE = "demo-1.0-py3-none-any.whl"
LOCK = """\
lock-version = "1.0"
created-by = "tests"
[[packages]]
name = "demo"
version = "1.0"
wheels = [{{name = "{name}", url = "{url}", hashes = {{sha256 = "{sha256}"}}}}]
"""


@pytest.fixture
def index() -> Iterator[Index]:
    with Index() as index:
        index.add(FILE, wheel("demo", "1.0", padding=300_000))
        yield index


def test_the_second_machine_makes_nothing_and_a_tampered_zip_is_made_again(account: Account, index: Index) -> None:
    bucket = f"cache-{account.number}"
    where: Any = {"LocationConstraint": REGION}
    account.s3().create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
    account.put("first", project={"cache": {"bucket": bucket, "packages": True}})
    digest = sha256(index.files[FILE])
    account.cli.write("src/pylock.toml", LOCK.format(name=FILE, url=index.url(FILE), sha256=digest))

    def build() -> Ran:
        """On a machine that has nothing."""
        for folder in ("cache", "dist"):
            shutil.rmtree(account.cli.folder / folder, ignore_errors=True)
        ran = account.cli("build", "--json")
        assert ran.code == 0, ran.err
        return ran

    first = build()
    index.files.clear()
    second = build()
    assert "taken from" in second.err
    assert second.function(NAME)["sha256"] == first.function(NAME)["sha256"]
    zipped = next(
        one["Key"] for one in account.s3().list_objects_v2(Bucket=bucket)["Contents"] if "/zip/" in one["Key"]
    )
    account.s3().put_object(Bucket=bucket, Key=zipped, Body=b"tampered")
    third = build()
    assert "is not the file that it should be" in third.err
    assert third.function(NAME)["sha256"] == first.function(NAME)["sha256"]
