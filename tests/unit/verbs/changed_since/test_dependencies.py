from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.changed import CONFIG, affected

if TYPE_CHECKING:
    from tests.fakes.cli import Cli
    from tests.fakes.repository import Repository

WORKSPACE = """\
version = 1
[[package]]
name = "orders"
version = "1"
source = { editable = "src/orders" }
dependencies = [{ name = "common" }]
[[package]]
name = "common"
version = "1"
source = { editable = "libs/common" }
[[package]]
name = "other"
version = "1"
source = { editable = "libs/other" }
"""


@pytest.mark.parametrize(
    ("name", "functions"),
    [
        ("base.txt", ["cart"]),
        ("requirements.txt", ["cart"]),
        ("libs/direct/direct/__init__.py", ["cart"]),
        ("libs/common/common/deep/module.py", ["orders"]),
        ("libs/common/pyproject.toml", ["orders"]),
        ("libs/other/other.py", []),
        ("uv.lock", []),
        ("src/orders/pyproject.toml", ["orders"]),
        ("pylock.requirements-python3-12-x86_64.toml", ["cart"]),
        ("pylock.others-python3-12-x86_64.toml", []),
    ],
)
def test_what_functions_depend_on_counts(cli: Cli, shop: Repository, name: str, functions: list[str]) -> None:
    config = CONFIG.replace("requirements: false", "").replace("{runtime", "{timeout: 3, runtime").replace(", }", "}")
    config = config.replace("{source: src/cart}", "{source: src/cart, requirements: requirements.txt}")
    shop.write("lambda-ci.yml", config.replace("src/orders,", "src/orders, requirements: src/orders/pyproject.toml,"))
    shop.write("requirements.txt", "-r base.txt\n")
    shop.write("base.txt", "-e ./libs/direct\n")
    shop.write("uv.lock", WORKSPACE)
    shop.write("src/orders/pyproject.toml", "[project]\nname = 'orders'\n")
    shop.commit()
    path = shop.folder / name
    shop.write(name, (path.read_text() if path.exists() else "") + "\n# changed\n")
    assert list(affected(cli, "HEAD")) == functions


@pytest.mark.parametrize(
    ("new", "reasons"), [("[tool.uv]\nno-index = true\n", True), ("[tool.ruff]\nfix = true\n", False)]
)
def test_what_a_project_above_tells_uv_counts(cli: Cli, shop: Repository, new: str, *, reasons: bool) -> None:
    shop.write("lambda-ci.yml", CONFIG.replace("src/cart}", "src/cart, requirements: src/cart/requirements.txt}"))
    shop.write("src/cart/requirements.txt", "six\n")
    shop.write("pyproject.toml", "[tool.ruff]\n")
    shop.commit()
    shop.write("pyproject.toml", new)
    assert affected(cli, "HEAD") == ({"cart": ["[tool.uv] changed in pyproject.toml"]} if reasons else {})


def test_a_layer_counts_for_the_functions_that_use_it(cli: Cli, shop: Repository) -> None:
    layers = "layers: {shared: {source: shared, requirements: false}}\n"
    shop.write("shared/common.py")
    shop.write("lambda-ci.yml", layers + CONFIG.replace("source: src/cart", "source: src/cart, layers: [shared]"))
    shop.commit()
    shop.write("shared/common.py", "new = 1\n")
    assert affected(cli, "HEAD") == {"cart": ["shared/common.py changed"]}


@pytest.mark.parametrize(
    ("name", "reasons"),
    [("common", {"orders": ["uv.lock changed in what it says of orders"]}), ("other", {})],
)
def test_a_lock_of_many_projects_counts_for_each_as_far_as_it_reaches(
    cli: Cli, shop: Repository, name: str, reasons: dict[str, list[str]]
) -> None:
    shop.write("lambda-ci.yml", CONFIG.replace("src/orders,", "src/orders, requirements: src/orders/pyproject.toml,"))
    shop.write("src/orders/pyproject.toml", "[project]\nname = 'orders'\n")
    shop.write("uv.lock", WORKSPACE)
    shop.commit()
    shop.write("uv.lock", WORKSPACE.replace(f'"{name}"\nversion = "1"', f'"{name}"\nversion = "2"'))
    assert affected(cli, "HEAD") == reasons
