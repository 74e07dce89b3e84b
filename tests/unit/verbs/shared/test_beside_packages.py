"""What else machines share with their packages: layers, sources that were built, and locks."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fakes.index import sha256, wheel
from tests.fakes.machines import LOCK, MANY, Machines, without_wheels
from tests.fakes.sources import files, write
from tests.fakes.standards import check_bill

if TYPE_CHECKING:
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.index import Index


def test_where_the_wheels_come_anyway_packages_are_put_together_from_them(two: Machines) -> None:
    two.build()
    assert two.build().err.count("taken from") == 2
    two.cli.write("cart/app.py", "def handler(event, context): return 3\n")
    ran = two.build()
    assert "taken from" not in ran.err
    assert not ran.function("orders")["unchanged"]


def test_a_layer_that_was_taken_is_in_use_and_not_swept_as_old(two: Machines, index: Index) -> None:
    two.cli.write("lambda-ci.yml", MANY.replace("functions:", "defaults: {layer: auto}\nfunctions:"))
    two.build()
    [layer] = (two.cli.folder / "dist/layers").glob("*.zip")
    cache = Path(two.cache)
    for note in (cache / "packages/layers").glob("*.json"):
        os.utime(note, (then := note.stat().st_mtime - 2 * 86400, then))
    shutil.rmtree(cache / "wheels")
    other = wheel("demo", "2.0")
    index.add("demo-2.0-py3-none-any.whl", other)
    name = "demo-2.0-py3-none-any.whl"
    lock = LOCK.format(name=name, url=index.url(name), sha256=sha256(other)).replace('1.0"\nwheels', '2.0"\nwheels')
    two.cli.write("cart/pylock.toml", lock)
    ran = two.again()
    assert "orders: taken from" in ran.err
    assert "cart: taken from" not in ran.err
    assert layer.exists()


def test_layers_are_taken_with_what_lies_above_them(two: Machines, aws: AwsServer, index: Index) -> None:
    two.cli.write("lambda-ci.yml", MANY.replace("functions:", "defaults: {layer: auto}\nfunctions:"))
    first = two.build()
    [layer] = (two.cli.folder / "dist/layers").glob("*.zip")
    content = layer.read_bytes()
    without_wheels(aws, index)
    aws.requests.clear()
    second = two.build()
    assert second.err.count("taken from") == 2
    assert aws.operations == ["GetObject"] * 6, "two functions and the layer, once: what is told of each, and its zip"
    assert layer.read_bytes() == content
    for name in ("orders", "cart"):
        told = [ran.function(name) for ran in (first, second)]
        for one in told:
            one["layers"][0]["unchanged"] = one["unchanged"] = one["seconds"] = 0
        assert told[0] == told[1]
    check_bill(two.paper(f"layers/{layer.stem}.cdx.json"))


def test_what_was_taken_is_deployed_with_its_layer(two: Machines, aws: AwsServer, index: Index) -> None:
    role = "arn:aws:iam::123456789012:role/r"
    defaults = f"defaults: {{layer: auto, role: '{role}'}}\nfunctions:"
    two.cli.write("lambda-ci.yml", MANY.replace("functions:", defaults))
    first = two.build()
    without_wheels(aws, index)
    shutil.rmtree(two.cli.folder / "dist")
    ran = two.cli("deploy", "--json", environ={"LAMBDA_CI_CACHE": str(two.cli.folder / "new")})
    assert (ran.code, ran.err.count("taken from")) == (0, 2), ran.err
    assert set(aws.functions) == {"orders", "cart"}
    assert aws.operations.count("PublishLayerVersion") == 1
    assert aws.functions["cart"].code_sha256 == first.function("cart")["code-sha256"]


def test_what_is_built_from_a_folder_is_neither_built_nor_packaged_again(
    machines: Machines, index: Index, tmp_path: Path
) -> None:
    (machines.cli.folder / "src/pylock.toml").unlink()
    write(machines.cli.folder / "libs/local", files("local"))
    machines.cli.write("src/requirements.txt", "demo==1.0\n../libs/local\n")
    uv = {"PATH": os.environ["PATH"], "UV_DEFAULT_INDEX": index.simple, "UV_CACHE_DIR": str(tmp_path / "uv")}
    first = machines.build(environ=uv)
    assert "built local" in first.err
    second = machines.build(environ=uv)
    assert ("taken from" in second.err, "built local" in second.err) == (True, False)
    assert second.function("orders")["sha256"] == first.function("orders")["sha256"]
    machines.cli.write("libs/local/local/more.py", "")
    third = machines.build(environ=uv)
    assert ("taken from" in third.err, "built local" in third.err) == (False, True)


def test_what_was_resolved_is_not_resolved_again(machines: Machines, index: Index, tmp_path: Path) -> None:
    (machines.cli.folder / "src/pylock.toml").unlink()
    machines.cli.write("src/requirements.txt", "demo==1.0\n")
    uv = {"PATH": os.environ["PATH"], "UV_DEFAULT_INDEX": index.simple, "UV_CACHE_DIR": str(tmp_path / "uv")}
    machines.build(environ=uv)
    assert "/simple/demo/" in index.requests
    index.requests.clear()
    shutil.rmtree(tmp_path / "uv")
    assert "taken from" in machines.build(environ=uv).err
    assert index.requests == []
