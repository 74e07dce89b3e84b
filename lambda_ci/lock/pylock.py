"""PEP 751 text to a Lock's content, or what is wrong with it and where."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from lambda_ci.errors import BuildError

if TYPE_CHECKING:
    from pathlib import Path

    from packaging.pylock import Pylock


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
