"""Which groups and extras of a dependency file a function takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from lambda_ci.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Names as the tool that wrote the file has them; nothing beside the application's own dependencies where empty.

    ``frozen``: nothing may be resolved; what is not a lock is an error.
    """

    groups: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    frozen: bool = False

    @property
    def is_default(self) -> bool:
        return not (self.groups or self.extras)


DEFAULT = Selection()


def check(selection: Selection, *, groups: Iterable[str], extras: Iterable[str] | None, path: Path) -> None:
    """Raises BuildError for the first group or extra that ``path`` does not have, listing those it has. ``extras`` is ``None``
    where nobody knows them yet."""
    _check("group", selection.groups, sorted(groups), path)
    if extras is not None:
        _check("extra", selection.extras, sorted(extras), path)


def refuse(selection: Selection, path: Path, *, what: str) -> None:
    """For kinds of files (``what``) that have neither groups nor extras."""
    for word, wanted in (("group", selection.groups), ("extra", selection.extras)):
        if wanted:
            raise BuildError(
                f"{path.name} has no {word} {wanted[0]!r}",
                why=f"{what} knows no {word}s",
                fix=f"take `{word}s` out, or name the file that declares them in `requirements`",
            )


def has(names: Iterable[str], wanted: str) -> bool:
    """Whether a name is among others, compared as package names are."""
    return canonicalize_name(wanted) in {canonicalize_name(name) for name in names}


def _check(word: str, wanted: Sequence[str], known: Sequence[str], path: Path) -> None:
    for name in wanted:
        if has(known, name):
            continue
        from difflib import get_close_matches

        close = get_close_matches(name, known, n=1)
        raise BuildError(
            f"{path} has no {word} {name!r}",
            why=f"it has {', '.join(known)}" if known else f"it has no {word}s at all",
            fix=f"did you mean {close[0]!r}?" if close else f"correct `{word}s`, or declare it there",
        )
