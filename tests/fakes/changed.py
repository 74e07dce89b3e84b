"""A repository of two functions, and what ``--changed-since`` says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.repository import Repository

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.cli import Cli

CONFIG = """\
version: 1
defaults: {runtime: python3.12, handler: app.handler, requirements: false}
functions:
  cart: {source: src/cart}
  orders: {source: src/orders, exclude: ["*.md"], smoke: [{payload-file: smoke/orders.json}]}
"""
HANDLER = "def handler(event, context): ...\n"


def shop(folder: Path) -> Repository:
    """``cart`` and ``orders``, committed."""
    for name in ("cart", "orders"):
        (folder / "src" / name).mkdir(parents=True)
        (folder / "src" / name / "app.py").write_text(HANDLER)
    (folder / "smoke").mkdir()
    (folder / "smoke" / "orders.json").write_text("{}")
    (folder / "lambda-ci.yml").write_text(CONFIG)
    return Repository(folder)


def affected(cli: Cli, since: str = "main", *flags: str) -> dict[str, list[str]]:
    ran = cli("check", "--changed-since", since, "--json", *flags)
    assert ran.code == 0, ran.err
    found: dict[str, list[str]] = ran.document["affected"]["functions"]
    assert list(ran.document["functions"]) == list(found)
    return found
