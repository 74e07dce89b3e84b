"""The events of smoke cases, read before anything is invoked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NoReturn

from lambda_ci.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lambda_ci.model.spec.serving import SmokeCase

LARGEST = 6 * 1024 * 1024
"""Bytes of an event (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)."""


def title(case: SmokeCase, number: int) -> str:
    """The name of a case in reports; ``number`` counts from 1."""
    return case.name or f"smoke {number}"


def payloads(cases: Sequence[SmokeCase], *, root: Path) -> tuple[bytes, ...]:
    """The event of each case as JSON: from its file, inline, or ``{}``. Relative files start at ``root``.

    Raises ConfigurationError for a file that cannot be read or is not JSON, and for an event larger than Lambda takes.
    """
    return tuple(_payload(case, title(case, number), root) for number, case in enumerate(cases, 1))


def _payload(case: SmokeCase, name: str, root: Path) -> bytes:
    if case.payload_file is not None:
        return _file(root / case.payload_file, name)
    event = case.payload if "payload" in case.model_fields_set else {}
    try:
        payload = json.dumps(event, allow_nan=False, ensure_ascii=False).encode()
    except ValueError as error:
        raise ConfigurationError(
            f"the payload of {name!r} is not JSON: {error}", fix="write what JSON can hold: no .nan, no .inf"
        ) from error
    return _fitting(payload, f"the payload of {name!r}")


def _file(path: Path, name: str) -> bytes:
    what = f"the payload file of {name!r}, {path},"
    try:
        with path.open("rb") as stream:
            text = _fitting(stream.read(LARGEST + 1), what).decode("utf-8-sig")
    except OSError as error:
        raise ConfigurationError(
            f"{what} cannot be read", why=error.strerror or str(error), fix="name a JSON file"
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{what} is not text in UTF-8", why=str(error), fix="save it as UTF-8") from error
    try:
        json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"{what} is not JSON", why=str(error), fix="name a JSON file") from error
    return text.encode()


def _fitting(payload: bytes, what: str) -> bytes:
    if len(payload) > LARGEST:
        raise ConfigurationError(f"{what} is larger than Lambda takes ({LARGEST} bytes)", fix="make the event smaller")
    return payload


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
