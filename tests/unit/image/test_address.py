from __future__ import annotations

import pytest

from lambda_ci.image.address import Address, parse

DIGEST = "sha256:" + "a" * 64
ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("orders", Address(registry="", repository="orders")),
        ("team/orders:1.2", Address(registry="", repository="team/orders", tag="1.2")),
        (f"{ECR}/orders:1", Address(registry=ECR, repository="orders", tag="1")),
        (f"{ECR}/team/orders@{DIGEST}", Address(registry=ECR, repository="team/orders", digest=DIGEST)),
        (f"{ECR}/orders:1@{DIGEST}", Address(registry=ECR, repository="orders", tag="1", digest=DIGEST)),
        ("127.0.0.1:5000/orders", Address(registry="127.0.0.1:5000", repository="orders")),
        ("localhost/orders", Address(registry="localhost", repository="orders")),
        ("registry.example/a/b:c", Address(registry="registry.example", repository="a/b", tag="c")),
    ],
)
def test_addresses_are_taken_apart_as_docker_does(text: str, expected: Address) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("registry", "region"),
    [
        (ECR, "eu-west-1"),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("123456789012.dkr-ecr.eu-west-1.on.aws", "eu-west-1"),
        ("public.ecr.aws", ""),
        ("registry.example", ""),
        (f"{ECR}.evil.example", ""),
    ],
)
def test_ecr_tells_its_account_and_its_region(registry: str, region: str) -> None:
    place = Address(registry=registry, repository="x")
    assert (place.region, place.account) == (region, "123456789012" if region else "")
