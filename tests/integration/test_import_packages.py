"""Packages from a real index, imported by the real Python: what compiled distributions need is seen as well."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from tests.fakes.cli import Cli

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.network
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
CONFIG = f"""\
version: 1
functions:
  orders: {{source: src, handler: app.handler, runtime: python{VERSION}}}
"""
APP = "import os\nimport requests, numpy\nfrom lib import db\n\ndef handler(event, context): ...\n"


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LAMBDA_CI_", "AWS_", "INPUT_"))}
    cli = Cli(tmp_path, {**kept, "LAMBDA_CI_CACHE": str(tmp_path / "cache")})
    cli.write("lambda-ci.yml", CONFIG)
    cli.write("src/app.py", APP)
    cli.write("src/lib/db.py", "import yaml\n")
    cli.write("src/requirements.txt", "requests\nnumpy\n")
    return cli


def test_what_a_distribution_lacks_is_named_and_once_it_is_there_the_handler_is_imported(cli: Cli) -> None:
    broken = cli("build", "--json")
    assert broken.code == 4, broken.err
    failure = broken.function("orders")["failure"]
    assert failure["why"].startswith("app.py:3: from lib import db\nlib/db.py:1: import yaml\n")
    assert failure["fix"].startswith("add pyyaml to requirements.txt")
    cli.write("src/requirements.txt", "requests\nnumpy\npyyaml\n")
    mended = cli("build", "--json")
    assert mended.code == 0, mended.err
    assert mended.function("orders")["import"]["before"] is False
    assert cli("build", "--json").function("orders")["import"]["before"] is True


def test_the_dependency_group_that_has_it_is_named(cli: Cli) -> None:
    (cli.folder / "src/requirements.txt").unlink()
    cli.write(
        "src/pyproject.toml",
        '[project]\nname = "shop"\nversion = "1"\ndependencies = ["requests", "numpy"]\n[dependency-groups]\ndata = ["pyyaml"]\n',
    )
    assert "name it in its `groups`" in cli("build", "--json").function("orders")["failure"]["fix"]
    cli.write("lambda-ci.yml", CONFIG.replace("{source", "{groups: [data], source"))
    assert cli("build").code == 0
