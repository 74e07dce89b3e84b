"""PEP 751 text to a Lock's content, or what is wrong with it and where."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.errors import BuildError
from lambda_ci.lock.selection import Selection, check, has
from lambda_ci.lock.toml import dump_toml

if TYPE_CHECKING:
    from pathlib import Path

    from packaging.pylock import Pylock

    from lambda_ci.model.target import Target


def read_pylock(path: Path) -> Pylock:
    """A pylock.toml as it is: nothing is resolved. Raises BuildError with the place inside the file."""
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise BuildError(f"cannot read {path}", why=error.strerror or str(error), fix="correct the path") from error
    except UnicodeDecodeError as error:
        raise BuildError(
            f"{path} is not UTF-8 text", why=str(error), fix="write it again with your lock tool"
        ) from error
    return parse_pylock(text, label=str(path))


def selected(pylock: Pylock, target: Target, *, selection: Selection, path: Path) -> Pylock:
    """The lock with what ``selection`` takes of it for the target; as it is where nothing is chosen. Raises BuildError."""
    if selection.is_default:
        return pylock
    check(selection, groups=pylock.dependency_groups or (), extras=pylock.extras or (), path=path)
    from packaging.utils import canonicalize_name

    environment: dict[str, str | frozenset[str]] = {
        **{key: str(value) for key, value in target.marker_environment.items()},
        "extras": frozenset(map(canonicalize_name, selection.extras)),
        "dependency_groups": frozenset({
            *(pylock.default_groups or ()),
            *(name for name in pylock.dependency_groups or () if has(selection.groups, name)),
        }),
    }
    packages = [
        replace(package, marker=None)
        for package in pylock.packages
        if package.marker is None or package.marker.evaluate(environment, context="lock_file")
    ]
    return replace(pylock, packages=packages)


def dump_pylock(pylock: Pylock) -> str:
    """The text of a lock; the same lock gives the same text."""
    return dump_toml(pylock.to_dict())


def parse_pylock(text: str, *, label: str) -> Pylock:
    """Raises BuildError naming ``label`` and the key at fault."""
    from packaging.pylock import Pylock, PylockUnsupportedVersionError, PylockValidationError

    try:
        return Pylock.from_dict(tomllib.loads(text))
    except PylockUnsupportedVersionError as error:
        raise BuildError(
            f"{label} has a lock version that is not known here",
            why=str(error),
            fix="write it again with lock-version 1.0",
        ) from error
    except PylockValidationError as error:
        where = f" at {error.context}" if error.context else ""
        raise BuildError(
            f"{label} is not a valid lock (PEP 751){where}", why=error.message, fix="write it again with your lock tool"
        ) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BuildError(
            f"{label} is not valid TOML", why=str(error), fix="write it again with your lock tool"
        ) from error
