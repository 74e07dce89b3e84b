from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.wheels.builders.index import CERTIFICATES, REPRODUCIBLE, bundle, for_pip, for_uv

if TYPE_CHECKING:
    from pathlib import Path

INDEX = "https://index.example/simple"


def _pip(root: Path, *lines: str, **environ: str) -> dict[str, str]:
    return for_pip(lines, {"HOME": str(root), **environ}, root=root)


def test_without_anything_the_image_decides(tmp_path: Path) -> None:
    assert _pip(tmp_path) == REPRODUCIBLE


@pytest.mark.parametrize("name", ["UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"])
def test_the_index_of_the_environment(tmp_path: Path, name: str) -> None:
    assert _pip(tmp_path, **{name: INDEX})["PIP_INDEX_URL"] == INDEX


@pytest.mark.parametrize("line", [f"--index-url {INDEX}", f"--index-url={INDEX}", f"-i {INDEX}"])
def test_the_index_of_the_dependency_file_comes_first(tmp_path: Path, line: str) -> None:
    assert _pip(tmp_path, line, UV_DEFAULT_INDEX="https://other.example")["PIP_INDEX_URL"] == INDEX
    assert for_uv([line], {})["UV_DEFAULT_INDEX"] == INDEX


def test_further_indexes_with_the_credentials_of_their_names(tmp_path: Path) -> None:
    found = _pip(
        tmp_path,
        "--extra-index-url https://one.example",
        UV_INDEX="my-own=https://two.example https://three.example",
        UV_INDEX_MY_OWN_USERNAME="joe",
        UV_INDEX_MY_OWN_PASSWORD="p@ss/word",
    )
    assert found["PIP_EXTRA_INDEX_URL"].split() == [
        "https://one.example",
        "https://joe:p%40ss%2Fword@two.example",
        "https://three.example",
    ]


def test_credentials_of_netrc(tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine index.example login joe password secret\n")
    assert _pip(tmp_path, UV_DEFAULT_INDEX=INDEX)["PIP_INDEX_URL"] == "https://joe:secret@index.example/simple"


def test_indexes_of_uvs_own_files(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        f'[[tool.uv.index]]\nname = "a"\nurl = "{INDEX}"\ndefault = true\n'
        '[[tool.uv.index]]\nname = "b"\nurl = "https://b.example"\n'
        '[[tool.uv.index]]\nname = "c"\nurl = "https://c.example"\nexplicit = true\n'
    )
    folder = tmp_path / "functions" / "orders"
    folder.mkdir(parents=True)
    found = for_pip([], {"HOME": str(tmp_path), "UV_INDEX_B_USERNAME": "token"}, root=folder)
    assert found["PIP_INDEX_URL"] == INDEX
    assert found["PIP_EXTRA_INDEX_URL"] == "https://token:@b.example"


def test_links_to_folders_of_this_machine_stay_out(tmp_path: Path) -> None:
    assert (
        _pip(tmp_path, UV_FIND_LINKS="/opt/wheels,https://links.example")["PIP_FIND_LINKS"] == "https://links.example"
    )


def test_proxies_and_certificates_go_along(tmp_path: Path) -> None:
    certificates = tmp_path / "ca.pem"
    certificates.write_text("pem")
    environ = {"https_proxy": "http://proxy.example", "SSL_CERT_FILE": str(certificates), "AWS_SECRET_ACCESS_KEY": "no"}
    found = _pip(tmp_path, **environ)
    assert bundle(environ) == certificates
    assert found["https_proxy"] == "http://proxy.example"
    assert found["PIP_CERT"] == found["SSL_CERT_FILE"] == CERTIFICATES
    assert "AWS_SECRET_ACCESS_KEY" not in found


def test_for_uv_only_what_uv_cannot_know_is_added() -> None:
    found = for_uv(
        ["--extra-index-url https://one.example", "--find-links ./wheels"], {"UV_INDEX": "https://two.example"}
    )
    assert found == {
        **REPRODUCIBLE,
        "UV_INDEX": "https://one.example https://two.example",
        "UV_FIND_LINKS": "./wheels",
    }
