"""Lambda's service model as botocore ships it, read from its data file: importing botocore takes ten times as long."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lambda_ci.errors import LambdaCiError

if TYPE_CHECKING:
    from collections.abc import Mapping

_FILES = ("service-2.json.gz", "service-2.json")


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One member of a structure: its AWS name, the name of its shape, and what the documentation says (HTML)."""

    name: str
    shape: str
    documentation: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """One type of the API. Lengths and values share ``minimum`` and ``maximum``, as in the model."""

    name: str
    type: str
    members: Mapping[str, Member]
    required: tuple[str, ...]
    item: str
    """The shape of a list's members."""
    map_key: str
    map_value: str
    minimum: float | None
    maximum: float | None
    pattern: str
    enum: tuple[str, ...]
    sensitive: bool


@dataclass(frozen=True, kw_only=True)
class ServiceModel:
    """The shapes by name, as the data file has them."""

    raw: Mapping[str, Any]

    def shape(self, name: str) -> Shape:
        """One shape. Raises KeyError."""
        raw = self.raw["shapes"][name]
        members = raw.get("members", {})
        return Shape(
            name=name,
            type=raw["type"],
            members={key: _member(key, member) for key, member in members.items()},
            required=tuple(raw.get("required", ())),
            item=raw.get("member", {}).get("shape", ""),
            map_key=raw.get("key", {}).get("shape", ""),
            map_value=raw.get("value", {}).get("shape", ""),
            minimum=raw.get("min"),
            maximum=raw.get("max"),
            pattern=raw.get("pattern", ""),
            enum=tuple(raw.get("enum", ())),
            sensitive=bool(raw.get("sensitive")),
        )

    def request(self, operation: str) -> Shape:
        """The input of an operation, such as ``CreateFunction``."""
        return self.shape(self.raw["operations"][operation]["input"]["shape"])


def _member(name: str, raw: Mapping[str, Any]) -> Member:
    return Member(name=name, shape=raw["shape"], documentation=raw.get("documentation", ""))


@cache
def lambda_model() -> ServiceModel:
    """The newest version of Lambda's API that the installed botocore knows. Raises LambdaCiError."""
    try:
        return ServiceModel(raw=_newest())
    except (OSError, ValueError, IndexError) as error:
        raise LambdaCiError(
            "botocore's description of Lambda's API cannot be read",
            why=f"{type(error).__name__}: {error}",
            fix="install boto3 again",
        ) from error


@cache
def services() -> frozenset[str]:
    """The names of the AWS services that the installed botocore knows, as ``boto3.client()`` takes them. Raises LambdaCiError."""
    try:
        return frozenset(path.name for path in _data().iterdir() if path.is_dir())
    except OSError as error:
        raise LambdaCiError(
            "botocore's data cannot be read", why=f"{type(error).__name__}: {error}", fix="install boto3 again"
        ) from error


def botocore_version() -> str:
    """Of the installed botocore."""
    return version("botocore")


def _newest() -> dict[str, Any]:
    folder = _data() / "lambda"
    newest = max(path for path in folder.iterdir() if path.is_dir())
    path = [newest / name for name in _FILES if (newest / name).exists()][0]  # noqa: RUF015 - an IndexError is expected above
    content = path.read_bytes()
    model: dict[str, Any] = json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)
    return model


def _data() -> Path:
    found = find_spec("botocore")
    return Path(found.origin or "").parent / "data" if found else Path("botocore", "data")
