"""A project that is built on machines which have nothing but a copy of it, and share a cache in S3."""

from __future__ import annotations

import itertools
import json
import shutil
from typing import TYPE_CHECKING, Any

from tests.fakes.index import wheel

if TYPE_CHECKING:
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli, Ran
    from tests.fakes.index import Index

BUCKET = "wheels-of-all"
FUNCTION = "{source: src, handler: app.handler, runtime: python3.12}"
CONFIG = f"version: 1\ncache: {{bucket: {BUCKET}, packages: true}}\nfunctions:\n  orders: {FUNCTION}\n"
NAME = "demo-1.0-py3-none-any.whl"
WHEEL = wheel("demo", "1.0", padding=4000)
LOCK = """\
lock-version = "1.0"
created-by = "tests"
[[packages]]
name = "demo"
version = "1.0"
wheels = [{{name = "{name}", url = "{url}", hashes = {{sha256 = "{sha256}"}}}}]
"""


MANY = f"""\
version: 1
cache: {{bucket: {BUCKET}, packages: true}}
functions:
  orders: {FUNCTION}
  cart: {FUNCTION.replace("source: src", "source: cart")}
"""


class Machines:
    """``build()`` builds the project on a machine that has nothing but a copy of it."""

    def __init__(self, cli: Cli) -> None:
        self.cli = cli
        self._numbers = itertools.count()
        self.cache = ""

    def build(self, *flags: str, code: int = 0, environ: dict[str, str] | None = None) -> Ran:
        self.cache = str(self.cli.folder / f"cache-{next(self._numbers)}")
        shutil.rmtree(self.cli.folder / "dist", ignore_errors=True)
        return self.again(*flags, code=code, environ=environ)

    def again(self, *flags: str, code: int = 0, environ: dict[str, str] | None = None) -> Ran:
        """On the same machine as the last time."""
        ran = self.cli("build", "--json", *flags, environ={**(environ or {}), "LAMBDA_CI_CACHE": self.cache})
        assert ran.code == code, ran.err
        return ran

    def paper(self, name: str) -> Any:  # noqa: ANN401
        return json.loads((self.cli.folder / "dist" / name).read_text())


def keys(aws: AwsServer, start: str) -> list[str]:
    return [key for _, key in aws.s3.objects if key.startswith(f"lambda-ci-cache/{start}")]


def without_wheels(aws: AwsServer, index: Index) -> None:
    """Wheels cannot be had any more."""
    for key in keys(aws, "wheels/"):
        del aws.s3.objects[BUCKET, key]
    index.files.clear()
