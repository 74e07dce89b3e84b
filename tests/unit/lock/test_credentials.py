"""Who may fetch: credentials as uv takes them, from the same places, for resolving and for fetching."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.uv import Uv
from lambda_ci.errors import BuildError
from lambda_ci.lock.credentials import credentials_for
from lambda_ci.wheels.fetch import Depot, fetch
from tests.fakes.building import LockBench
from tests.fakes.index import Index
from tests.fakes.quiet import quiet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROJECT = '[project]\nname = "a"\nversion = "1"\ndependencies = ["demo==1.0"]\n'


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[LockBench]:
    with Index(credentials="joe:s3cret") as index:
        index.add("demo-1.0-py3-none-any.whl")
        yield LockBench(folder=tmp_path, index=index, extra={"UV_DEFAULT_INDEX": index.simple})


def _works(bench: LockBench, text: str, name: str = "requirements.txt") -> None:
    """Locks and fetches, and leaves the password nowhere."""
    locked = bench.lock(text, name=name)
    console, stream = quiet()
    ((wheel,),) = fetch([locked], Depot.of(bench.folder / "cache", console=console, environ=bench.environ))
    assert wheel.name == "demo"
    assert "s3cret" not in repr(locked) + bench.shown + stream.getvalue()
    kept = [path.read_bytes() for path in (bench.folder / "cache").rglob("*") if path.is_file()]
    assert kept
    assert not any(b"s3cret" in content for content in kept)


def test_a_named_index_of_the_project_takes_its_own_variables(bench: LockBench) -> None:
    del bench.extra["UV_DEFAULT_INDEX"]
    bench.extra |= {"UV_INDEX_OUR_OWN_USERNAME": "joe", "UV_INDEX_OUR_OWN_PASSWORD": "s3cret"}
    _works(
        bench,
        f'{PROJECT}[[tool.uv.index]]\nname = "our-own"\nurl = "{bench.index.simple}"\ndefault = true\n',
        "pyproject.toml",
    )


def test_a_named_index_of_uvs_own_file_does_too(bench: LockBench) -> None:
    bench.write("uv.toml", f'[[index]]\nname = "our.own"\nurl = "{bench.index.simple}"\ndefault = true\n')
    bench.extra |= {"UV_INDEX_OUR_OWN_USERNAME": "joe", "UV_INDEX_OUR_OWN_PASSWORD": "s3cret"}
    bench.extra["UV_DEFAULT_INDEX"] = f"our.own={bench.index.simple}"
    _works(bench, "demo==1.0\n")


def test_netrc_opens_an_index(bench: LockBench, tmp_path: Path) -> None:
    (tmp_path / "secrets").write_text("machine 127.0.0.1 login joe password s3cret\n")
    bench.extra["NETRC"] = str(tmp_path / "secrets")
    _works(bench, "demo==1.0\n")


@pytest.mark.parametrize(("place", "user"), [("simple", ""), ("simple", "joe@"), ("", "")])
def test_what_uv_was_told_to_keep_opens_an_index(bench: LockBench, place: str, user: str) -> None:
    program = Uv(bench.environ).program
    service = f"http://{bench.index.address}/{place}"
    told = ["--username", "joe", "--password", "s3cret", "--allow-insecure-host", "127.0.0.1"]
    subprocess.run([program, "auth", "login", service, *told], env=bench.environ, check=True, timeout=60)
    bench.extra["UV_DEFAULT_INDEX"] = f"http://{user}{bench.index.address}/simple"
    _works(bench, "demo==1.0\n")


@pytest.mark.parametrize(
    ("service", "found"),
    [
        ("https://h/", ("joe", "a")),
        ("https://h/s", ("joe", "a")),
        ("https://h/s/", ("joe", "a")),
        ("https://h/s/t", None),
        ("https://h/sim", None),
        ("http://h/", None),
        ("https://h:1/", None),
        ("nonsense", None),
    ],
)
def test_what_uv_keeps_counts_at_and_below_its_address(
    tmp_path: Path, service: str, found: tuple[str, str] | None
) -> None:
    text = '[[credential]]\nservice = "{}"\nusername = "joe"\nscheme = "{}"\npassword = "a"\n'
    (tmp_path / "credentials.toml").write_text(text.format(service, "basic") + text.format("https://h/s", "bearer"))
    environ = {"HOME": str(tmp_path), "UV_CREDENTIALS_DIR": str(tmp_path)}
    assert credentials_for(["https://h/s"], root=tmp_path, environ=environ) == ({"https://h": found} if found else {})
    assert credentials_for([], root=tmp_path, environ=environ, files=["https://h/s"]) == (
        {"https://h": found} if found else {}
    )


def test_keyring_is_asked_where_uv_is_told_to_ask_it(bench: LockBench, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "keyring"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n[ "$3" = joe ] && echo s3cret\n')
    program.chmod(0o755)
    bench.extra |= {
        "PATH": f"{program.parent}:/usr/bin:/bin",
        "UV_DEFAULT_INDEX": f"http://joe@{bench.index.address}/simple",
    }
    with pytest.raises(BuildError, match="cannot be resolved"):
        bench.lock("demo==1.0\n")
    assert not (tmp_path / "asked").exists()
    bench.extra["UV_KEYRING_PROVIDER"] = "subprocess"
    _works(bench, "demo==1.0\n")
    assert "s3cret" not in (tmp_path / "asked").read_text()


def test_a_lock_is_fetched_with_the_credentials_of_the_environment(bench: LockBench, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login joe password s3cret\n")
    url = bench.index.url("demo-1.0-py3-none-any.whl")
    digest = bench.index.add("demo-1.0-py3-none-any.whl")
    text = 'lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "demo"\nversion = "1.0"\n'
    _works(bench, f'{text}wheels = [{{url = "{url}", hashes = {{sha256 = "{digest}"}}}}]\n', "pylock.toml")


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({}, {}),
        ({"UV_INDEX": "https://a:b@one/s https://two/s"}, {"https://one": ("a", "b")}),
        ({"UV_INDEX": "x=https://one/s", "UV_INDEX_X_PASSWORD": "b"}, {"https://one": ("", "b")}),
        ({"UV_INDEX": "x-1=https://one/s", "UV_INDEX_X_1_USERNAME": "a"}, {"https://one": ("a", "")}),
        ({"UV_INDEX": "https://one/s?a=b"}, {}),
        ({"UV_INDEX": "file:///x y=", "UV_FIND_LINKS": "./w,https://a:b@three"}, {"https://three": ("a", "b")}),
    ],
)
def test_addresses_and_names_are_read_as_uv_reads_them(
    tmp_path: Path, environ: dict[str, str], found: dict[str, tuple[str, str]]
) -> None:
    assert credentials_for((), root=tmp_path, environ={"HOME": str(tmp_path), **environ}) == found


@pytest.mark.parametrize("text", ["machine", "\udcff", "machine h login", "credential = 1"])
def test_a_broken_netrc_or_configuration_is_for_uv_to_say(tmp_path: Path, text: str) -> None:
    (tmp_path / ".local/share/uv/credentials").mkdir(parents=True)
    for name in (".netrc", "uv.toml", "pyproject.toml", ".local/share/uv/credentials/credentials.toml"):
        (tmp_path / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    assert credentials_for(["https://h/s"], root=tmp_path, environ={"HOME": str(tmp_path)}) == {}
