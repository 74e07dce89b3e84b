"""A function that is a container image, as the tests write it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.aws_ecr import RealRegistry
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli, Ran

VERSION = "3.11"
HEAD = """\
version: 1
project: shop
functions:
  orders:
    package-type: Image
    role: arn:aws:iam::123456789012:role/orders
    smoke: [{payload: {}}]
"""
APP = "def handler(event, context):\n    return {'answer': event['question'] * 2}\n"


@dataclass(kw_only=True)
class ImageProject:
    """``name`` is its repository, ``base`` the image of the runtime."""

    cli: Cli
    aws: AwsServer
    real: RealRegistry
    base: str
    name: str

    def describe(self, *lines: str) -> None:
        self.cli.write("lambda-ci.yml", HEAD + "".join(f"    {line}\n" for line in lines))

    def generated(self, *, image: str = "", repository: str = "", base: str = "") -> None:
        """An image that is made of the package."""
        self.cli.write("src/app.py", APP)
        options = f"repository: '{repository or self.name}', base: '{base or self.base}'{image}"
        self.describe("source: src", "handler: app.handler", f"runtime: python{VERSION}", f"image: {{{options}}}")

    def dockerfile(self, *lines: str, options: str = "", begin: str = "") -> None:
        """An image of a Dockerfile of its own."""
        self.cli.write("app.py", APP)
        self.cli.write("kept.txt", self.name)
        self.cli.write("Dockerfile", "\n".join([begin or f"FROM {self.base}", *lines, ""]))
        self.describe(f"image: {{repository: {self.name}, dockerfile: Dockerfile{options}}}")

    def deploy(self) -> Ran:
        """It works."""
        ran = self.cli("deploy", "--json")
        assert ran.code == 0, ran.err
        return ran

    @property
    def image(self) -> str:
        """What Lambda runs, by digest."""
        return self.aws.functions["orders"].image[1]

    @property
    def tags(self) -> list[str]:
        """What the registry has."""
        import json
        import urllib.error
        import urllib.request
        from base64 import b64encode

        request = urllib.request.Request(f"http://{self.real.address}/v2/{self.name}/tags/list")
        word = b64encode(f"{self.real.username}:{self.real.password}".encode()).decode()
        request.add_header("Authorization", f"Basic {word}")
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return sorted(json.loads(answer.read())["tags"] or [])
        except urllib.error.HTTPError as error:
            error.close()
            return []
