"""Sessions know only the environment that they are handed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_session import botocore_session

if TYPE_CHECKING:
    from pathlib import Path


def test_the_profile_and_its_file_are_those_of_the_environment_that_is_given(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("[profile shop]\nregion = eu-west-3\n", encoding="utf-8")
    session = botocore_session({"AWS_PROFILE": "shop", "AWS_CONFIG_FILE": str(config)})
    assert session.get_config_variable("region") == "eu-west-3"


def test_sessions_share_the_data_of_botocore() -> None:
    one, other = botocore_session({}), botocore_session({"AWS_PROFILE": "shop"})
    assert one.get_component("data_loader") is other.get_component("data_loader")


def test_further_models_are_found_where_the_environment_has_them(tmp_path: Path) -> None:
    service = tmp_path / "houses" / "2026-11-21" / "service-2.json"
    service.parent.mkdir(parents=True)
    service.write_text("{}", encoding="utf-8")
    assert "houses" in botocore_session({"AWS_DATA_PATH": str(tmp_path)}).get_available_services()
    assert "houses" not in botocore_session({}).get_available_services()
