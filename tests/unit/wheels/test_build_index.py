from __future__ import annotations

import tempfile
from netrc import netrc
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.wheels.builders.index import CERTIFICATES, LOGINS, REPRODUCIBLE, bundle, for_pip, for_uv

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
        "https://two.example",
        "https://three.example",
    ]
    assert found[LOGINS] == "machine two.example login joe password p@ss/word\n"


def test_credentials_of_netrc(tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine index.example login joe password secret\n")
    found = _pip(tmp_path, UV_DEFAULT_INDEX=INDEX)
    assert found["PIP_INDEX_URL"] == INDEX
    assert found[LOGINS] == "machine index.example login joe password secret\n"


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


@pytest.mark.parametrize("password", ["", "two words", 'qu"ote', "#1", "back\\slash", "größe"])
def test_what_a_netrc_cannot_tell_stays_in_the_address(tmp_path: Path, password: str) -> None:
    url = f"https://joe:{quote(password)}@index.example/simple"
    found = _pip(tmp_path, UV_DEFAULT_INDEX=url)
    assert found["PIP_INDEX_URL"] == url
    assert LOGINS not in found


def test_a_second_login_of_one_host_stays_in_the_address(tmp_path: Path) -> None:
    other = "https://eve:b@index.example/other"
    found = _pip(tmp_path, f"--extra-index-url {other}", UV_DEFAULT_INDEX="https://joe:a@index.example/simple")
    assert (found["PIP_INDEX_URL"], found["PIP_EXTRA_INDEX_URL"]) == (INDEX, other)
    assert found[LOGINS] == "machine index.example login joe password a\n"


@given(st.text(st.sampled_from("abcXYZ019!$%&()*+,./:;<=>?@^_{|}~-#'\"\\ "), min_size=1), st.text(min_size=1))
def test_a_netrc_says_exactly_what_the_address_said(user: str, password: str) -> None:
    url = f"https://{quote(user, safe='')}:{quote(password, safe='')}@index.example/simple"
    found = for_pip([f"--index-url {url}"], {}, root=Path("/nowhere"))
    if LOGINS not in found:
        assert found["PIP_INDEX_URL"] == url
        return
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
        file.write(found[LOGINS])
        file.flush()
        assert netrc(file.name).authenticators("index.example") == (user, "", password)


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
