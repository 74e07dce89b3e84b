from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from lambda_ci import __version__
from lambda_ci.adapters.aws import Aws, Patience, connect
from lambda_ci.errors import AwsError, ConfigurationError
from lambda_ci.model.spec.project import AwsSpec
from tests.fakes.aws_server import CREDENTIALS, AwsServer
from tests.fakes.quiet import quiet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@pytest.fixture(scope="module")
def server() -> Iterator[AwsServer]:
    with AwsServer() as server:
        yield server


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No AWS configuration of this machine, and no instance metadata."""
    for name in (
        "AWS_PROFILE",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_CONFIG_FILE",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))


def reach(environ: Mapping[str, str], **spec: str) -> Aws:
    document = {name.replace("_", "-"): value for name, value in spec.items()}
    return connect(AwsSpec.model_validate(document), environ=environ, console=quiet()[0], patience=Patience(attempts=1))


def test_the_region_comes_from_the_configuration_then_from_the_environment() -> None:
    environ = {"AWS_REGION": "eu-west-2", "AWS_DEFAULT_REGION": "eu-west-3"}
    assert reach(environ, region="eu-west-1").region == "eu-west-1"
    assert reach(environ).region == "eu-west-2"
    assert reach({"AWS_DEFAULT_REGION": "eu-west-3"}).region == "eu-west-3"


def test_the_region_of_the_profile_is_used_where_nothing_else_names_one(tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text("[profile shop]\nregion = eu-north-1\n", encoding="utf-8")
    assert reach({}, profile="shop").region == "eu-north-1"
    assert reach({"AWS_PROFILE": "shop"}).region == "eu-north-1"


def test_no_region_at_all_is_an_error_that_names_the_ways() -> None:
    with pytest.raises(ConfigurationError, match="no AWS region") as caught:
        reach(CREDENTIALS).lambda_client()
    assert "aws.region" in caught.value.fix
    assert "AWS_REGION" in caught.value.fix


@pytest.mark.parametrize(
    ("spec", "environ", "lambda_port", "s3_port"),
    [
        ({"endpoint_url": "http://127.0.0.1:1"}, {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, ":1", ":1"),
        ({}, {"AWS_ENDPOINT_URL": "http://127.0.0.1:2"}, ":2", ":2"),
        ({}, {"AWS_ENDPOINT_URL": "http://127.0.0.1:2", "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:3"}, ":2", ":3"),
        ({}, {"AWS_ENDPOINT_URL": "http://127.0.0.1:2", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, ".com", ".com"),
        ({}, {}, "lambda.eu-west-1.amazonaws.com", ".com"),
    ],
)
def test_the_endpoint_comes_from_the_configuration_then_from_the_environment(
    spec: dict[str, str], environ: dict[str, str], lambda_port: str, s3_port: str
) -> None:
    aws = reach({**CREDENTIALS, **environ}, region="eu-west-1", **spec)
    assert aws.lambda_client().meta.endpoint_url.endswith(lambda_port)
    assert aws.s3_client().meta.endpoint_url.endswith(s3_port)


def test_a_wrong_endpoint_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="Invalid endpoint"):
        reach({**CREDENTIALS, "AWS_ENDPOINT_URL": "nowhere"}, region="eu-west-1").lambda_client()


def test_buckets_of_other_endpoints_are_addressed_by_path(server: AwsServer) -> None:
    server.s3.buckets["artifacts"] = server.region
    aws = reach(CREDENTIALS, region=server.region, endpoint_url=server.url)
    assert aws.s3_client().head_bucket(Bucket="artifacts")["BucketRegion"] == server.region


def test_the_account_is_asked_for_once(server: AwsServer) -> None:
    aws = reach(CREDENTIALS, region=server.region, endpoint_url=server.url)
    server.requests.clear()
    assert [aws.account_id(), aws.account_id()] == ["123456789012", "123456789012"]
    assert server.operations == ["GetCallerIdentity"]


def test_requests_say_who_makes_them(server: AwsServer) -> None:
    aws = reach(CREDENTIALS, region=server.region, endpoint_url=server.url)
    aws.account_id()
    assert f"lambda-ci/{__version__}" in server.requests[-1].headers["user-agent"]


def test_clients_are_made_once_also_by_many_threads_at_the_same_moment() -> None:
    aws = reach(CREDENTIALS, region="eu-west-1")
    made: set[int] = set()
    threads = [threading.Thread(target=lambda: made.add(id(aws.lambda_client()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_an_invocation_waits_longer_than_the_function_may_run_and_is_never_repeated() -> None:
    aws = connect(AwsSpec.model_validate({"region": "eu-west-1"}), environ=CREDENTIALS, console=quiet()[0])
    invoke, control, upload = (
        (vars(client.meta.config)["read_timeout"], vars(client.meta.config)["retries"]["total_max_attempts"])
        for client in (aws.invoke_client(900), aws.lambda_client(), aws.upload_client())
    )
    assert (invoke, control, upload) == ((930, 1), (60, 8), (300, 4))


def test_half_a_pair_of_keys_is_refused_before_any_request() -> None:
    with pytest.raises(AwsError, match="AWS_SECRET_ACCESS_KEY") as caught:
        reach({"AWS_ACCESS_KEY_ID": "AKIA"}, region="eu-west-1").lambda_client()
    assert caught.value.why == "Only a part of the AWS credentials was found."


def test_the_word_that_an_emulator_takes_as_a_secret_hides_no_words() -> None:
    console, stream = quiet()
    environ = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    connect(AwsSpec.model_validate({}), environ=environ, console=console)
    console.line("1 smoke test passed")
    assert stream.getvalue() == "1 smoke test passed\n"


def test_secrets_of_the_environment_are_masked() -> None:
    console, stream = quiet()
    environ = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "hunter2", "AWS_SESSION_TOKEN": "token3"}
    aws = connect(AwsSpec.model_validate({}), environ=environ, console=console)
    console.line("hunter2 and token3")
    assert stream.getvalue() == "*** and ***\n"
    assert "hunter2" not in repr(aws)


def test_an_unknown_profile_is_explained() -> None:
    with pytest.raises(AwsError, match="nobody") as caught:
        reach({}, region="eu-west-1", profile="nobody").lambda_client()
    assert "aws.profile" in caught.value.fix


def test_the_files_and_the_profile_of_the_environment_that_is_handed_over_are_used(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("[profile shop]\nregion = eu-north-1\n", encoding="utf-8")
    assert reach({"AWS_CONFIG_FILE": str(elsewhere), "AWS_PROFILE": "shop"}).region == "eu-north-1"
    assert reach({"AWS_CONFIG_FILE": str(elsewhere), "AWS_DEFAULT_PROFILE": "shop"}).region == "eu-north-1"


def test_a_profile_that_does_not_exist_is_refused_also_beside_keys() -> None:
    with pytest.raises(AwsError, match="nobody"):
        reach({**CREDENTIALS, "AWS_PROFILE": "nobody"}, region="eu-west-1").lambda_client()


def test_an_environment_of_its_own_is_not_disturbed_by_that_of_the_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: AwsServer
) -> None:
    """As for the embedded AWS, which gets nothing of the user's."""
    from lambda_ci.deploy.live import look

    garbage = tmp_path / "garbage"
    garbage.write_text("no section\n", encoding="utf-8")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(garbage))
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        monkeypatch.setenv(name, "doesnotexist")
    for name in ("AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"):
        monkeypatch.setenv(name, "true")
    nothing = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    aws = reach({**CREDENTIALS, **nothing}, region=server.region, endpoint_url=server.url)
    server.s3.buckets["artifacts"] = server.region
    assert aws.account_id() == "123456789012"
    assert look(aws.lambda_client(), "orders") is None
    assert aws.s3_client().head_bucket(Bucket="artifacts")["BucketRegion"] == server.region


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"])
def test_no_proxy_is_asked_for_an_endpoint_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, server: AwsServer, name: str
) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    aws = reach(CREDENTIALS, region=server.region, endpoint_url=server.url)
    assert aws.account_id() == "123456789012"


def test_a_proxy_is_asked_for_an_endpoint_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    aws = reach(CREDENTIALS, region="eu-west-1", endpoint_url="http://aws.example:4566")
    with pytest.raises(AwsError, match=r"127\.0\.0\.1:9"):
        aws.account_id()


def test_missing_credentials_are_explained(server: AwsServer) -> None:
    from lambda_ci.deploy.live import look

    aws = reach({}, region=server.region, endpoint_url=server.url)
    with pytest.raises(AwsError, match="Unable to locate credentials") as caught:
        look(aws.lambda_client(), "orders")
    assert "configure-aws-credentials" in caught.value.fix


def test_an_endpoint_where_nobody_listens_is_explained() -> None:
    from lambda_ci.deploy.live import look

    aws = reach(CREDENTIALS, region="eu-west-1", endpoint_url="http://127.0.0.1:1")
    with pytest.raises(AwsError, match=r"could not read the function orders.*127\.0\.0\.1:1") as caught:
        look(aws.lambda_client(), "orders")
    assert "proxy" in caught.value.fix


@pytest.mark.parametrize(
    ("region", "meant"),
    [("eu-wst-1", "did you mean eu-west-1?"), ("cn-nrth-1", "did you mean cn-north-1?"), ("Ireland", "Correct")],
)
def test_a_region_that_nobody_knows_is_an_error_at_once(region: str, meant: str) -> None:
    aws = reach(CREDENTIALS, region=region)
    with pytest.raises(ConfigurationError) as caught:
        aws.lambda_client()
    assert caught.value.what == f"there is no AWS region {region!r}"
    assert caught.value.fix.startswith(meant)


@pytest.mark.parametrize(
    "more", [{"HTTPS_PROXY": "http://proxy.example:3128"}, {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}]
)
def test_a_region_that_boto3_does_not_know_is_tried_where_others_know_more(more: dict[str, str]) -> None:
    aws = reach(CREDENTIALS | more, region="eu-west-9")
    assert aws.region == "eu-west-9"


def test_a_profile_with_an_endpoint_of_its_own_may_name_any_region(tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    config = (
        "[profile here]\nregion = nowhere-1\nendpoint_url = http://127.0.0.1:1\n[profile there]\nregion = nowhere-1\n"
    )
    (tmp_path / ".aws/config").write_text(config, encoding="utf-8")
    assert reach({}, profile="here").region == "nowhere-1"
    assert reach({"AWS_PROFILE": "here"}).region == "nowhere-1"
    with pytest.raises(ConfigurationError, match="there is no AWS region 'nowhere-1'"):
        _ = reach({}, profile="there").region


@pytest.mark.parametrize("region", ["eu-west-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1"])
def test_every_partition_has_its_own_addresses(region: str) -> None:
    domains = {"cn-north-1": "amazonaws.com.cn", "eusc-de-east-1": "amazonaws.eu"}
    aws = reach(CREDENTIALS, region=region)
    assert aws.lambda_client().meta.endpoint_url == f"https://lambda.{region}.{domains.get(region, 'amazonaws.com')}"
