from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.fakes.changed import CONFIG, HANDLER, affected
from tests.fakes.repository import Repository

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.cli import Cli


def test_only_functions_with_a_changed_file_are_built(cli: Cli, shop: Repository) -> None:
    shop.git("switch", "--quiet", "--create", "topic")
    shop.write("src/orders/app.py", HANDLER + "# new\n")
    shop.commit()
    ran = cli("build", "--changed-since", "main", "--json")
    assert ran.code == 0
    assert ran.document["affected"] == {
        "since": "main",
        "functions": {"orders": ["src/orders/app.py changed"]},
        "skipped": ["cart"],
    }
    assert [path.name for path in (shop.folder / "dist").glob("*.zip")] == ["orders.zip"]
    assert "orders: src/orders/app.py changed\n1 not affected by what changed since main: cart\n" in ran.err


def test_what_others_changed_meanwhile_does_not_count(cli: Cli, shop: Repository) -> None:
    shop.git("switch", "--quiet", "--create", "topic")
    shop.write("src/orders/app.py", HANDLER + "# new\n")
    shop.commit()
    shop.git("switch", "--quiet", "main")
    shop.write("src/cart/app.py", HANDLER + "# theirs\n")
    shop.commit()
    shop.git("switch", "--quiet", "topic")
    assert list(affected(cli)) == ["orders"]


def test_nothing_affected_ends_with_0_and_says_so(cli: Cli, shop: Repository, tmp_path: Path) -> None:
    shop.write("README.md", "new\n")
    output = tmp_path / "output"
    ran = cli("build", "--changed-since", "HEAD", environ={"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(output)})
    assert (ran.code, ran.out) == (0, "")
    assert "no function is affected by what changed since HEAD" in ran.err
    assert "changed<<" in output.read_text()
    assert not (shop.folder / "dist").exists()


@pytest.mark.parametrize(
    ("name", "functions"),
    [
        ("src/orders/sub/new.py", ["orders"]),
        ("src/orders/with space and ümläut.txt", ["orders"]),
        ('src/orders/"quoted"\n.txt', ["orders"]),
        ("src/orders/notes.md", []),
        ("src/orders/__pycache__/app.cpython-312.pyc", []),
        ("src/orders/.lambdaignore", ["orders"]),
        ("smoke/orders.json", ["orders"]),
        ("smoke/cart.json", []),
        ("dist/orders.zip", []),
    ],
)
def test_untracked_and_uncommitted_files_count_where_they_are_used(
    cli: Cli, shop: Repository, name: str, functions: list[str]
) -> None:
    shop.write(name, "[1]")
    assert list(affected(cli, "HEAD")) == functions


def test_deleted_and_renamed_files_count_at_both_ends(cli: Cli, shop: Repository) -> None:
    shop.write("src/cart/tool.py", "a = 1\n" * 50)
    shop.commit()
    shop.git("mv", "src/cart/tool.py", "src/orders/tool.py")
    assert affected(cli, "HEAD") == {
        "cart": ["src/cart/tool.py changed"],
        "orders": ["src/orders/tool.py changed"],
    }
    shop.commit()
    (shop.folder / "src/orders/tool.py").unlink()
    assert affected(cli, "HEAD") == {"orders": ["src/orders/tool.py changed"]}


@pytest.mark.parametrize(
    ("old", "new", "reasons"),
    [
        ("{source: src/cart}", "{source: src/cart, memory-size: 512}", {"cart": ["`memory-size` changed"]}),
        ("{source: src/cart}", "{source: src/cart, tags: {a: b}}", {"cart": ["`tags` changed"]}),
        ("{source: src/cart}", "{source: src/cart} # a comment", {}),
        (
            "version: 1\n",
            "version: 1\naws: {region: eu-west-1}\n",
            {"cart": ["`aws` changed"], "orders": ["`aws` changed"]},
        ),
        ("  cart:", "  other: {source: src/cart}\n  cart:", {"other": ["it is new"]}),
        ("  cart: {source: src/cart}\n", "", {}),
    ],
)
def test_the_configuration_counts_function_by_function(
    cli: Cli, shop: Repository, old: str, new: str, reasons: dict[str, list[str]]
) -> None:
    assert old in CONFIG
    shop.write("lambda-ci.yml", CONFIG.replace(old, new))
    assert affected(cli, "HEAD") == reasons


def test_a_source_that_is_gone_since_does_not_hide_what_the_file_said(cli: Cli, shop: Repository) -> None:
    shutil.move(shop.folder / "src/cart", shop.folder / "src/basket")
    shop.write("lambda-ci.yml", CONFIG.replace("src/cart", "src/basket"))
    reasons = affected(cli, "HEAD")
    assert list(reasons) == ["cart"]
    assert reasons["cart"][0] == "`source` changed"


def test_a_configuration_that_could_not_be_read_counts_for_all(cli: Cli, shop: Repository) -> None:
    shop.write("lambda-ci.yml", "functions: [")
    shop.commit()
    shop.write("lambda-ci.yml", CONFIG)
    assert set(affected(cli, "HEAD")) == {"cart", "orders"}


def test_a_new_configuration_counts_for_all(cli: Cli, shop: Repository) -> None:
    shop.git("rm", "--quiet", "lambda-ci.yml")
    shop.commit()
    shop.write("lambda-ci.yml", CONFIG)
    assert affected(cli, "HEAD") == {"cart": ["lambda-ci.yml is new"], "orders": ["lambda-ci.yml is new"]}


def test_a_chosen_function_is_compared_with_itself(cli: Cli, shop: Repository) -> None:
    shop.write("lambda-ci.yml", CONFIG.replace("src/cart}", "src/cart, timeout: 9}"))
    assert affected(cli, "HEAD", "--function", "cart") == {"cart": ["`timeout` changed"]}
    assert affected(cli, "HEAD", "--function", "orders") == {}


def test_the_first_push_of_a_branch_affects_everything(cli: Cli) -> None:
    assert set(affected(cli, "0" * 40)) == {"cart", "orders"}


def test_a_submodule_in_a_source_counts_when_it_moves(cli: Cli, shop: Repository, tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    other = Repository(library)
    shop.git("submodule", "--quiet", "add", str(library), "src/cart/library")
    shop.commit()
    assert affected(cli, "HEAD") == {}
    other.write("new.py")
    other.commit()
    shop.git("submodule", "--quiet", "update", "--remote")
    assert list(affected(cli, "HEAD")) == ["cart"]


def test_a_config_in_a_folder_below_the_repository(cli: Cli, shop: Repository) -> None:
    shop.write("deep/er/lambda-ci.yml", CONFIG.replace("src/", "../../src/").replace("smoke/", "../../smoke/"))
    shop.commit()
    shop.write("src/cart/app.py", HANDLER + "#\n")
    cli.folder = shop.folder / "deep/er"
    assert affected(cli, "HEAD") == {"cart": ["../../src/cart/app.py changed"]}


def test_an_unknown_revision_is_explained(cli: Cli) -> None:
    ran = cli("build", "--changed-since", "nowhere")
    assert ran.code == 2
    assert "this repository has no commit of that name" in ran.err
    assert "origin/main" in ran.err


def test_a_revision_is_never_an_option(cli: Cli) -> None:
    assert cli("build", "--changed-since=--output=/tmp/x").code == 2


def test_a_shallow_clone_is_told_to_fetch_more(shop: Repository, tmp_path: Path, cli: Cli) -> None:
    first = shop.git("rev-parse", "HEAD")
    shop.write("README.md")
    shop.commit()
    shop.git("clone", "--quiet", "--depth", "1", f"file://{shop.folder}", str(tmp_path / "shallow"))
    cli.folder = tmp_path / "shallow"
    ran = cli("build", "--changed-since", first)
    assert ran.code == 2
    assert "`fetch-depth: 0`" in ran.err


def test_no_repository_is_explained(cli: Cli, shop: Repository) -> None:
    shutil.rmtree(shop.folder / ".git")
    ran = cli("build", "--changed-since", "main")
    assert ran.code == 2
    assert "is in no git repository" in ran.err


def test_git_that_is_missing_is_explained(cli: Cli) -> None:
    ran = cli("build", "--changed-since", "main", environ={"PATH": "/nowhere"})
    assert ran.code == 2
    assert "git" in ran.err


@pytest.mark.parametrize("verb", ["check", "lock", "build", "plan", "deploy", "status"])
def test_every_verb_has_nothing_to_do_where_nothing_is_affected(cli: Cli, verb: str) -> None:
    region = {"AWS_REGION": "eu-west-1", "AWS_EC2_METADATA_DISABLED": "true"}
    ran = cli(verb, "--changed-since", "HEAD", "--json", environ=region)
    assert (ran.code, ran.document["functions"]) == (0, {}), ran.err


def test_the_variable_and_the_input_are_the_same(cli: Cli) -> None:
    assert cli("check", "--json", environ={"LAMBDA_CI_CHANGED_SINCE": "HEAD"}).document["functions"] == {}
    inputs = {"GITHUB_ACTIONS": "true", "INPUT_COMMAND": "check", "INPUT_CHANGED-SINCE": ""}
    assert "2 functions" in cli(environ=inputs).out
