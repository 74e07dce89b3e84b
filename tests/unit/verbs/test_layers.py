"""Layers from the command line: built, planned, deployed, shared, and what is uploaded when something changes."""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fakes.aws_server import Status
from tests.fakes.index import Index, wheel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli

ROLE = "arn:aws:iam::123456789012:role/r"
CONFIG = f"""\
version: 1
project: shop
defaults: {{runtime: python3.12, handler: app.handler, role: "{ROLE}", requirements: false}}
layers:
  deps: {{requirements: requirements.txt, description: What all need}}
functions:
  orders: {{source: orders, layers: [deps]}}
  users: {{source: users, layers: [deps]}}
"""
AUTO = f"""\
version: 1
project: shop
defaults: {{runtime: python3.12, handler: app.handler, role: "{ROLE}", layer: auto}}
functions:
  orders: {{source: orders}}
  users: {{source: users}}
  plain: {{source: plain}}
"""
APP = "import demo\n\ndef handler(event, context):\n    return {{'from': {name!r}}}\n"


def _wheel(version: str) -> bytes:
    return wheel("demo", version, files={"demo/__init__.py": b"", "demo/data.bin": os.urandom(200_000)})


@pytest.fixture
def index() -> Iterator[Index]:
    with Index() as index:
        index.add("demo-1.0-py3-none-any.whl", _wheel("1.0"))
        index.add("demo-2.0-py3-none-any.whl", _wheel("2.0"))
        yield index


@pytest.fixture
def shop(cli: Cli, index: Index) -> Cli:
    """Two functions that need the same."""
    cli.environ |= {"UV_DEFAULT_INDEX": index.simple, "UV_HTTP_RETRIES": "0", "UV_CACHE_DIR": str(cli.folder / "uv")}
    cli.write("lambda-ci.yml", CONFIG)
    cli.write("requirements.txt", "demo==1.0\n")
    for name in ("orders", "users", "plain"):
        cli.write(f"{name}/app.py", APP.format(name=name))
    return cli


def automatic(shop: Cli) -> None:
    shop.write("lambda-ci.yml", AUTO)
    for name in ("orders", "users"):
        shop.write(f"{name}/requirements.txt", "demo==1.0\n")


def digests(shop: Cli) -> dict[str, str]:
    """Of every zip file that a build left."""
    folder = shop.folder / "dist"
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*.zip")
    }


def names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return [name for name in archive.namelist() if ".dist-info/" not in name]


def test_a_build_writes_each_layer_once_beside_the_packages(shop: Cli) -> None:
    ran = shop("build", "--json")
    assert ran.code == 0, ran.err
    assert sorted(digests(shop)) == ["layers/deps-python3.12-x86_64.zip", "orders.zip", "users.zip"]
    [layer] = ran.function("orders")["layers"]
    path = shop.folder / "dist/layers/deps-python3.12-x86_64.zip"
    assert (layer["name"], layer["path"], layer["size"]) == ("deps", str(path), path.stat().st_size)
    assert layer["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (layer["unpacked-size"] > 200_000, layer["files"]) == (True, 5)
    assert ran.function("users")["layers"] == [layer]
    assert names(path) == ["python/demo/__init__.py", "python/demo/data.bin"]
    assert names(shop.folder / "dist/orders.zip") == ["app.py"]


def test_the_table_of_a_build_lists_layers_with_their_sizes(shop: Cli) -> None:
    lines = shop("build").out.splitlines()
    assert [line.split()[0] for line in lines] == ["function", "orders", "users", "layer", "deps"]
    assert "2 functions" in lines[-1]
    assert lines[-1].endswith("layers/deps-python3.12-x86_64.zip")


def test_the_same_bytes_come_out_again_and_a_change_of_the_code_leaves_the_layer(shop: Cli) -> None:
    shop("build")
    first = digests(shop)
    for path in (shop.folder / "dist").rglob("*.zip"):
        path.unlink()
    shop("build")
    assert digests(shop) == first
    shop.write("orders/app.py", APP.format(name="changed"))
    shop("build")
    second = digests(shop)
    assert {name for name in second if second[name] != first[name]} == {"orders.zip"}


def test_functions_for_two_architectures_get_a_layer_each(shop: Cli) -> None:
    shop.write("lambda-ci.yml", CONFIG.replace("{source: users,", "{source: users, architecture: arm64,"))
    shop("build")
    assert sorted(name for name in digests(shop) if "/" in name) == [
        "layers/deps-python3.12-arm64.zip", "layers/deps-python3.12-x86_64.zip",
    ]  # fmt: skip


def test_automatic_layers_are_shared_by_what_they_hold(shop: Cli) -> None:
    automatic(shop)
    ran = shop("build", "--json")
    assert ran.code == 0, ran.err
    [path] = (shop.folder / "dist/layers").glob("*.zip")
    assert path.name.startswith("auto-")
    assert names(path) == ["python/demo/__init__.py", "python/demo/data.bin"]
    assert [names(shop.folder / f"dist/{name}.zip") for name in ("orders", "users")] == [["app.py"], ["app.py"]]
    assert "layers" not in ran.function("plain")


def test_a_layer_of_that_name_with_files_of_its_own_is_not_taken_for_an_automatic_one(shop: Cli) -> None:
    automatic(shop)
    named = "  own: {source: plain, requirements: false, layers: [auto]}\n"
    named += "layers: {auto: {source: shared, requirements: orders/requirements.txt}}\n"
    shop.write("lambda-ci.yml", AUTO + named)
    shop.write("shared/ours.py", "X = 1\n")
    ran = shop("build", "--json")
    assert ran.code == 0, ran.err
    [theirs], [own] = (ran.function(name)["layers"] for name in ("orders", "own"))
    for layer in (theirs, own):
        assert hashlib.sha256(Path(layer["path"]).read_bytes()).hexdigest() == layer["sha256"]
    assert "python/ours.py" in names(Path(own["path"]))
    assert "python/ours.py" not in names(Path(theirs["path"]))


def test_what_is_doubtful_about_a_layer_is_told_once_for_all_that_use_it(shop: Cli, index: Index) -> None:
    name = "demo-3.0-py3-none-any.whl"
    digest = index.add(name, wheel("demo", "3.0", files={"demo/__init__.py": b""}, requires=["absent"]))
    file = f'{{name = "{name}", url = "{index.url(name)}", hashes = {{sha256 = "{digest}"}}}}'
    lock = f'[[packages]]\nname = "demo"\nversion = "3.0"\nwheels = [{file}]\n'
    shop.write("pylock.toml", f'lock-version = "1.0"\ncreated-by = "tests"\n{lock}')
    shop.write("lambda-ci.yml", CONFIG.replace("requirements.txt", "pylock.toml"))
    ran = shop("build", "--json")
    assert ran.code == 0, ran.err
    assert [line for line in ran.err.splitlines() if "absent" in line] == [
        "warning: orders, users: demo needs absent, which is not in the package"
    ]
    assert str(ran.document["warnings"]).count("demo needs absent") == 2


def test_a_layer_beyond_the_budget_is_named(shop: Cli) -> None:
    automatic(shop)
    ran = shop("build", "--function", "orders", "--package-max-size", "1 KB", "--package-max-unpacked-size", "2 KB")
    assert ran.code == 4
    assert "The zip of the layer auto has" in ran.err
    assert "The layer auto unpacked has" in ran.err


def test_the_papers_of_a_shared_layer_are_those_of_the_first_that_uses_it(shop: Cli) -> None:
    automatic(shop)
    for _ in range(5):
        assert shop("build").code == 0
        [paper] = (shop.folder / "dist/layers").glob("*.provenance.json")
        asked = json.loads(paper.read_text())["predicate"]["buildDefinition"]["externalParameters"]
        assert asked["requirements"] == "orders/requirements.txt"


def test_a_deploy_publishes_once_and_the_second_one_changes_nothing(shop: Cli, aws: AwsServer) -> None:
    planned = shop("plan", "--json")
    assert (planned.code, aws.writes) == (0, []), planned.err
    deployed = shop("deploy", "--json")
    assert deployed.code == 0, deployed.err
    for name in ("orders", "users"):
        assert planned.function(name)["changes"] == deployed.function(name)["changes"]
    assert aws.writes.count("PublishLayerVersion") == 1
    assert aws.writes[0] == "PublishLayerVersion"
    arns = [aws.functions[name].config["Layers"] for name in ("orders", "users")]
    assert arns[0] == arns[1] == list(aws.lambda_.layers.versions)
    aws.requests.clear()
    assert shop("deploy", "--json").document["changed"] is False
    assert aws.operations == ["GetFunction"] * 4
    assert shop("plan", "--json").document["changed"] is False


@pytest.mark.parametrize("kind", ["named", "automatic"])
def test_a_change_of_the_code_uploads_only_the_code(shop: Cli, aws: AwsServer, kind: str) -> None:
    if kind == "automatic":
        automatic(shop)
    assert shop("deploy").code == 0
    shop.write("orders/app.py", APP.format(name="changed"))
    aws.requests.clear()
    assert shop("deploy", "--function", "orders").code == 0
    assert aws.writes == ["UpdateFunctionCode", "PublishVersion", "UpdateAlias"]
    assert sum(request.size for request in aws.requests) < 3_000
    assert not [name for name in aws.operations if "Layer" in name]


def test_a_change_of_the_dependencies_uploads_one_layer_for_all(shop: Cli, aws: AwsServer) -> None:
    automatic(shop)
    shop("deploy")
    for name in ("orders", "users"):
        shop.write(f"{name}/requirements.txt", "demo==2.0\n")
    aws.requests.clear()
    ran = shop("deploy", "--json")
    assert ran.code == 0, ran.err
    assert aws.writes.count("PublishLayerVersion") == 1
    assert "UpdateFunctionCode" not in aws.writes
    changes = {change["resource"]: change for change in ran.function("orders")["changes"]}
    assert (changes["layer"]["name"], changes["layer"]["action"]) == ("auto", "create")
    [field] = changes["configuration"]["fields"]
    assert field["field"] == "layers"
    assert field["before"].startswith("shop-auto-")
    assert field["after"].startswith("shop-auto-")
    assert field["before"] != field["after"]


def test_the_plan_shows_the_layer_with_its_size(shop: Cli, aws: AwsServer) -> None:
    text = shop("plan").out
    assert re.search(r"  \+ layer deps: shop-deps-[0-9a-f]{12} \(196\.\d KiB, 5 files\)\n", text)
    assert "  = layer deps: shop-deps-" in text.partition("users:")[2]
    assert aws.writes == []


def test_a_layer_that_is_gone_from_the_configuration_is_gone_from_the_function(shop: Cli, aws: AwsServer) -> None:
    shop("deploy")
    shop.write("lambda-ci.yml", CONFIG.replace(", layers: [deps]}", ", requirements: requirements.txt}"))
    aws.requests.clear()
    assert shop("deploy").code == 0
    assert aws.functions["orders"].config["Layers"] == []
    assert shop("plan", "--json").document["changed"] is False


def test_a_layer_that_cannot_be_published_fails_only_functions_that_use_it(shop: Cli, aws: AwsServer) -> None:
    shop.write("lambda-ci.yml", CONFIG + "  plain: {source: plain}\n")
    aws.faults.add("PublishLayerVersion", Status(400, "CodeStorageExceededException", "Code storage limit exceeded."))
    ran = shop("deploy", "--json")
    assert ran.code == 5
    for name in ("orders", "users"):
        assert "could not publish the layer deps" in ran.function(name)["failure"]["what"]
    assert ran.function("plain")["version"] == "1"
    assert aws.writes.count("PublishLayerVersion") == 1
    assert shop("deploy").code == 0, "the next run finishes"


def test_a_layer_that_cannot_be_built_fails_only_functions_that_use_it(shop: Cli) -> None:
    shop.write("lambda-ci.yml", CONFIG + "  plain: {source: plain}\n")
    shop.write("requirements.txt", "demo==9.9\n")
    ran = shop("build", "--json")
    assert ran.code == 3
    assert {name for name in ("orders", "users", "plain") if "failure" in ran.function(name)} == {"orders", "users"}
    assert "✗ layer deps: " in ran.err


def test_the_dependencies_of_a_layer_are_locked_as_well(shop: Cli) -> None:
    ran = shop("lock", "--json")
    assert ran.code == 0, ran.err
    path = shop.folder / "pylock.requirements-python3-12-x86_64.toml"
    assert ran.document["locks"]["layer deps"] == {"path": str(path), "packages": 1, "changed": True}
    assert shop("build", "--frozen").code == 0


def test_check_knows_layers_and_says_where_they_come_from(shop: Cli) -> None:
    ran = shop("check", "--explain")
    assert ran.code == 0
    assert "layers.deps.requirements  (lambda-ci.yml:5:" in ran.out


def test_a_job_summary_and_the_outputs_name_layers(shop: Cli, aws: AwsServer) -> None:
    summary = shop.write("summary", "")
    output = shop.write("output", "")
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(output)}
    assert shop("deploy", environ=environ).code == 0
    assert "Size of layer deps" in summary.read_text(encoding="utf-8")
    assert "shop-deps-" in summary.read_text(encoding="utf-8")
    assert '"layers":[{"name":"deps"' in output.read_text(encoding="utf-8")
    assert aws.lambda_.layers.versions
