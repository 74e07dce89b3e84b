"""The part of docs/reference.md about verbs: what the parsers of the command line know of them, and the environment."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lambda_ci.verbs import VERBS

if TYPE_CHECKING:
    from collections.abc import Iterator

_SETTING = "option_"
ENVIRONMENT = """\
## The environment

Beside `LAMBDA_CI_*`, lambda-ci reads what other programs read as well:

| Variables | What for |
| --- | --- |
| `AWS_REGION`, `AWS_DEFAULT_REGION`, `AWS_PROFILE`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_CONFIG_FILE`, `AWS_SHARED_CREDENTIALS_FILE`, `AWS_CA_BUNDLE`, `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_…`, `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` | as in boto3 |
| `AWS_WEB_IDENTITY_TOKEN_FILE`, `AWS_WEB_IDENTITY_TOKEN`, `GITLAB_OIDC_TOKEN`, `BITBUCKET_STEP_OIDC_TOKEN`, `CIRCLE_OIDC_TOKEN_V2` | the identity token for `aws.role-to-assume` ([credentials](credentials.md)) |
| `UV_INDEX`, `UV_DEFAULT_INDEX`, `UV_INDEX_URL`, `UV_EXTRA_INDEX_URL`, `UV_FIND_LINKS`, `UV_CONFIG_FILE`, `UV_KEYRING_PROVIDER`, `UV_OFFLINE`, `NETRC` | as in uv: indexes and their credentials ([private indexes](howto.md#private-indexes)) |
| `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, `SSL_CERT_FILE`, `REQUESTS_CA_BUNDLE` | proxies and certificate authorities |
| `DOCKER_HOST`, `DOCKER_CONFIG` | the Docker engine, and its logins |
| `GITHUB_TOKEN` or `GH_TOKEN`, `GITLAB_TOKEN`, `BITBUCKET_ACCESS_TOKEN` | comments and previews ([previews](previews.md)) |
| `LAMBDA_CI_CACHE`, else `XDG_CACHE_HOME` | where the cache is; default `~/.cache/lambda-ci` |
| `SOURCE_DATE_EPOCH` | the time in the [bill of materials](sbom.md) |
| `CI`, `NO_COLOR` | no progress and colours; no colours |

Those that a CI system sets (`GITHUB_*`, `CI_*`, `BITBUCKET_*`, `CIRCLE_*`, `BUILD_*`, `SYSTEM_*`, `JENKINS_URL`) tell lambda-ci where it runs.
"""


def verbs() -> str:
    """One section: every verb with what it does and the options that no setting stands behind."""
    return "## Verbs\n\n" + "\n".join(_verb(name) for name in VERBS)


def _verb(name: str) -> str:
    command = VERBS[name][1]()
    parser = argparse.ArgumentParser(add_help=False)
    command.declare(parser)
    rows = list(_rows(parser))
    table = ["", "| Option | Meaning |", "| --- | --- |", *rows] if rows else []
    return "\n".join([f"### `lambda-ci {name}`", "", command.DESCRIPTION, *table]) + "\n"


def _rows(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        if not action.dest.startswith(_SETTING) and action.help != argparse.SUPPRESS:
            shown = "/".join(action.option_strings) or _metavar(action)
            value = f" {_metavar(action)}" if action.option_strings and action.nargs != 0 else ""
            yield f"| `{shown}{value}` | {(action.help or 'what to do').replace('|', '&#124;')} |".replace("%%", "%")


def _metavar(action: argparse.Action) -> str:
    if isinstance(action.metavar, str):
        return action.metavar.replace("|", "\\|")
    return "\\|".join(str(choice) for choice in action.choices) if action.choices else action.dest.upper()
