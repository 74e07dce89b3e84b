"""The running embedded AWS: where it is, and the file that remembers it between commands."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

HOST = "127.0.0.1"
ACCOUNT = "000000000000"
REGION = "us-east-1"
_FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One running embedded AWS. ``python`` is the version its functions run with, as in ``3.11``."""

    url: str
    pid: int
    log: Path
    python: str
    started: str
    """When the process started, as `lambda_ci.adapters.daemon.started_at` gives it: with it the pid is no other's."""

    def write(self, file: Path) -> None:
        """Remember it; the file is there whole or not at all."""
        members = {"format": _FORMAT, **vars(self), "log": str(self.log)}
        new = file.with_suffix(".new")
        new.write_text(json.dumps(members, indent=2), encoding="utf-8")
        new.replace(file)

    @classmethod
    def read(cls, file: Path) -> Self | None:
        """The one last remembered; ``None`` where there is none, or none that can be understood."""
        try:
            members = json.loads(file.read_text(encoding="utf-8"))
            if members.pop("format") != _FORMAT or not isinstance(members["pid"], int):
                return None
            texts = {name: str(members[name]) for name in ("url", "python", "started")}
            return cls(pid=members["pid"], log=Path(members["log"]), **texts)
        except (OSError, ValueError, TypeError, LookupError, AttributeError):
            return None


def local_environ(endpoint: Endpoint) -> Mapping[str, str]:
    """The environment to deploy to it with: dummy credentials, nothing of the user's. For use alone, not merged."""
    return {
        "AWS_ENDPOINT_URL": endpoint.url,
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "secret-of-the-embedded-aws",
        "AWS_SESSION_TOKEN": "token-of-the-embedded-aws",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": HOST,
        "no_proxy": HOST,
    }
