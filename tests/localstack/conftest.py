"""LocalStack for these tests: installed and started once, and only where it is asked for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.localstack import server
from tests.localstack.account import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.localstack.account import Account
    from tests.localstack.server import LocalStack

WANTED, ENVIRONMENT = "TESTS_LOCALSTACK", "TESTS_LOCALSTACK_VENV"
FOLDER = Path(__file__).parents[2] / ".venv-localstack"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.localstack)


@pytest.fixture(scope="session")
def localstack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    if os.environ.get(WANTED) != "1":
        pytest.skip(f"installs and starts LocalStack (330 MB): run `make localstack`, or set {WANTED}=1")
    python = server.environment(Path(os.environ.get(ENVIRONMENT) or FOLDER))
    with server.running(python, tmp_path_factory.mktemp("localstack")) as stack:
        yield stack


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No AWS configuration of this machine."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def account(localstack: LocalStack, tmp_path: Path) -> Iterator[Account]:
    with opened(localstack, tmp_path) as account:
        yield account
