"""Sessions of botocore that know only the environment they are handed, and read botocore's data once for all of them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.loaders import Loader
    from botocore.session import Session

SHORTEST_CREDENTIAL = 6
"""Characters. AWS's own have 40; what emulators are given ("test") is no secret, and would hide words of the log."""


def botocore_session(environ: Mapping[str, str]) -> Session:
    """botocore reads the environment of the process by itself: profile and files shall be those of ``environ``."""
    from botocore.session import Session

    chosen = {
        "profile": environ.get("AWS_DEFAULT_PROFILE") or environ.get("AWS_PROFILE") or None,
        "config_file": environ.get("AWS_CONFIG_FILE") or "~/.aws/config",
        "credentials_file": environ.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials",
    }
    session = Session(session_vars={name: (None, None, value, None) for name, value in chosen.items()})
    session.register_component("data_loader", _data(environ.get("AWS_DATA_PATH", "")))
    return session


@cache
def _data(further: str) -> Loader:
    """A session would read megabytes of JSON (endpoints, service models) by itself, and with a role to take there are two."""
    from botocore.loaders import create_loader

    return create_loader(further or None)
