from __future__ import annotations

import base64
import hashlib
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.cli import Cli


def test_build_writes_the_package_and_describes_it(cli: Cli) -> None:
    ran = cli("build", "--json")
    assert ran.code == 0
    built = ran.function("orders")
    path = cli.folder / "dist/orders.zip"
    digest = hashlib.sha256(path.read_bytes())
    assert built["path"] == str(path)
    assert built["sha256"] == digest.hexdigest()
    assert built["code-sha256"] == base64.b64encode(digest.digest()).decode()
    assert (built["size"], built["files"]) == (path.stat().st_size, 1)
    assert zipfile.ZipFile(path).namelist() == ["app.py"]


def test_the_files_can_be_listed(cli: Cli) -> None:
    ran = cli("build", "--list-files", "--output-dir", "packages")
    assert ran.out.splitlines()[:2] == [
        f"{cli.folder / 'packages/orders.zip'}:",
        f"{len((cli.folder / 'src/app.py').read_bytes()):>12}  app.py",
    ]


def test_a_handler_that_is_not_there_ends_with_4_before_anything_is_sent(cli: Cli) -> None:
    ran = cli("build", "--handler", "app.handel")
    assert ran.code == 4
    assert "Did you mean 'handler'?" in ran.err
    assert not (cli.folder / "dist/orders.zip").exists()


def test_a_broken_dependency_file_ends_with_3_and_leaves_other_functions_alone(cli: Cli) -> None:
    cli.write("src/other.py", "def handler(event, context): ...\n")
    config = (cli.folder / "lambda-ci.yml").read_text(encoding="utf-8")
    more = "  lost: {source: src, handler: other.handler, runtime: python3.12, requirements: pylock.toml}\n"
    cli.write("lambda-ci.yml", config + more)
    cli.write("pylock.toml", "lock-version = '9.0'\n")
    ran = cli("build", "--json")
    assert ran.code == 3
    assert ran.function("lost")["failure"]["exit-code"] == 3
    assert (cli.folder / "dist/orders.zip").exists()


def test_one_function_needs_no_file(cli: Cli) -> None:
    (cli.folder / "lambda-ci.yml").unlink()
    flags = ("--function-name", "solo", "--source", "src", "--handler", "app.handler", "--runtime", "python3.13")
    assert cli("build", *flags).code == 0
    assert (cli.folder / "dist/solo.zip").exists()


def test_each_step_shows_its_own_failures(cli: Cli) -> None:
    cli.write("src/requirements.txt", "-r missing.txt\n")
    lines = [line.partition(" (")[0] for line in cli("build").err.splitlines()]
    assert lines[1].startswith("✗ orders: cannot read ")
    assert lines[2:7] == ["✗ lock", "▸ wheels", "✓ wheels", "▸ package", "✓ package"]


def test_what_is_doubtful_about_a_package_is_a_warning_everywhere(cli: Cli) -> None:
    cli.write("src/app.py", "async def handler(event, context): ...\n")
    ran = cli("build", "--json")
    assert "warning: orders: app.py:1: the handler is `async`" in ran.err
    assert ran.document["warnings"][0]["source"] == "orders"


def test_an_output_folder_with_an_impossible_name_ends_with_4(cli: Cli) -> None:
    ran = cli("build", "--output-dir", "x" * 300)
    assert (ran.code, "File name too long" in ran.err) == (4, True)
