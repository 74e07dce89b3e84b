from __future__ import annotations

import pytest

from lambda_ci.adapters.registry_errors import RegistryError, pushing, refusal

NAME = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders:1"


@pytest.mark.parametrize(
    ("said", "what", "fix", "kind"),
    [
        ("denied: Your authorization token has expired. Reauthenticate and try again.", "has expired", "again", "expired"),
        (("tag invalid: The image tag '1' already exists in the 'orders' repository and cannot be overwritten because the "
         "repository is immutable."), "is taken", "", "immutable"),
        ("name unknown: The repository with name 'orders' does not exist in the registry with id '123456789012'",
         "there is no repository", "create-repository: true", ""),
        ("denied: User: arn:aws:sts::1:assumed-role/ci/x is not authorized to perform: ecr:InitiateLayerUpload on resource: y",
         "refuses", "ecr:InitiateLayerUpload", ""),
        ("no basic auth credentials", "refuses", "docker login", ""),
        ("login attempt to http://127.0.0.1:5000/v2/ failed with status: 401 Unauthorized", "refuses", "docker login", ""),
        ("write /var/lib/docker/tmp/x: no space left on device", "no room", "docker system prune", ""),
        ("toomanyrequests: Rate exceeded", "failed", "again", "passing"),
        ("received unexpected HTTP status: 503 Service Unavailable", "failed", "again", "passing"),
        ("write tcp 127.0.0.1:1->127.0.0.1:2: connection reset by peer", "failed", "again", "passing"),
        ("EOF", "failed", "again", "passing"),
        ("dial tcp: lookup registry.example: no such host", "cannot reach", "network", ""),
        ("x509: certificate has expired or is not yet valid", "cannot reach", "certificates", ""),
        ("something new", "could not reach", "docker info", ""),
    ],
)  # fmt: skip
def test_what_a_registry_says_is_explained(said: str, what: str, fix: str, kind: str) -> None:
    error = refusal(said, name=NAME)
    assert what in error.what
    assert NAME in error.what
    assert error.why == said
    assert fix in error.fix
    assert (error.passing, error.expired, error.immutable) == (
        kind == "passing",
        kind == "expired",
        kind == "immutable",
    )
    assert error.exit_code == 3


def test_passwords_in_addresses_are_not_repeated() -> None:
    with pytest.raises(RegistryError) as caught, pushing(NAME):
        raise RuntimeError("Get https://AWS:hunter2@registry.example/v2/: EOF")
    assert "hunter2" not in str(caught.value)
