"""The CI system's word for who runs this: a token of OpenID Connect, which AWS takes for a role.

Sources: docs.github.com, "OpenID Connect reference"; docs.gitlab.com, "ID tokens"; Bitbucket's and CircleCI's pages on OIDC.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import requests

    from lambda_ci.console import Clock

    Token = Callable[[], str]

VARIABLES = (
    "AWS_WEB_IDENTITY_TOKEN",
    "GITLAB_OIDC_TOKEN",
    "BITBUCKET_STEP_OIDC_TOKEN",
    "CIRCLE_OIDC_TOKEN_V2",
    "CIRCLE_OIDC_TOKEN",
)
"""Variables that hold a token. GitLab's has the name that the pipeline gives it under ``id_tokens``."""
_FILE = "AWS_WEB_IDENTITY_TOKEN_FILE"
_ITS_ROLE = "AWS_ROLE_ARN"
_GITHUB = ("ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN")
SECRETS = (*VARIABLES, "ACTIONS_ID_TOKEN_REQUEST_TOKEN")
"""Whoever reads one of these can take the role."""
_ATTEMPTS = 4
_RETRIED = frozenset({429, 500, 502, 503, 504})
_TIMEOUT = 15.0


def token_source(environ: Mapping[str, str], *, role: str, audience: str, clock: Clock) -> Token | None:
    """Gets a fresh token each time it is called, raising ``AwsError``; ``None`` where the CI system offers none for this role.

    A token in a file beside the ARN of another role (a runner in Kubernetes has both) is for that one, whose credentials may take this one.
    """
    if all(environ.get(name) for name in _GITHUB):
        address, bearer = (environ[name] for name in _GITHUB)
        return lambda: _from_github(address, bearer, audience=audience, clock=clock)
    if (path := environ.get(_FILE)) and environ.get(_ITS_ROLE) in {None, "", role}:
        return lambda: _from_file(path)
    found = next((environ[name] for name in VARIABLES if environ.get(name)), "")
    return (lambda: found) if found else None


def _from_file(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - a name as the environment has it
            return file.read().strip()
    except (OSError, ValueError) as error:
        raise AwsError(
            f"cannot read the web identity token in {path}", why=str(error), fix=f"correct {_FILE}, or unset it"
        ) from error


def _from_github(address: str, bearer: str, *, audience: str, clock: Clock) -> str:
    import requests

    pause, why = 0.5, ""
    for attempt in range(_ATTEMPTS):
        if attempt:
            clock.sleep(pause)
            pause *= 2
        try:
            answer = requests.get(
                address,
                params={"audience": audience},
                headers={"Authorization": f"bearer {bearer}", "Accept": "application/json"},
                timeout=_TIMEOUT,
            )
        except requests.RequestException as error:
            why = type(error).__name__
            continue
        if answer.status_code not in _RETRIED:
            return _value(answer)
        why = f"HTTP {answer.status_code}"
    raise _refused(f"{why}, {_ATTEMPTS} times")


def _value(answer: requests.Response) -> str:
    if answer.status_code != 200:
        raise _refused(f"HTTP {answer.status_code}")
    try:
        value = answer.json()["value"]
    except (ValueError, KeyError, TypeError):
        raise _refused("the answer has no token") from None
    return str(value)


def _refused(why: str) -> AwsError:
    return AwsError(
        "GitHub gave no identity token for this job",
        why=why,
        fix="run the job again; look at githubstatus.com when it stays, and at the job's permissions: id-token: write",
    )
