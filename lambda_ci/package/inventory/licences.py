"""The licence of a distribution as its METADATA has it: never guessed, only told in the better of the ways that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.model.inventory import Licence
from lambda_ci.package.inventory.wording import line

if TYPE_CHECKING:
    from collections.abc import Sequence

_CLASSIFIER = "License :: "
_SAYS_NOTHING = {"", "unknown", "none", "license", "licence", "see license", "see license file"}
_SHORT = 100
"""Characters of a licence's name; what is longer is the licence itself."""
_MOST = 10


def licence(expression: str, words: str, classifiers: Sequence[str]) -> Licence:
    """From ``License-Expression``, else ``License`` if it is a name, else the classifiers, else how the text begins."""
    if known := _spdx(expression) or _spdx(words):
        return Licence(expression=known)
    said = [line(one, _SHORT) for one in (expression, words) if _is_a_name(one)]
    classified = [line(one.rpartition(" :: ")[2], _SHORT) for one in classifiers if one.startswith(_CLASSIFIER)]
    begins = [line(one, _SHORT) for one in words.strip().splitlines()[:1]]
    for names in (said, classified, begins):
        if known_names := tuple(dict.fromkeys(name for name in names if name.casefold() not in _SAYS_NOTHING)):
            return Licence(names=known_names[:_MOST])
    return Licence()


def _is_a_name(words: str) -> bool:
    return len(words.strip()) <= _SHORT and "\n" not in words.strip()


def _spdx(words: str) -> str:
    """The expression in SPDX's own spelling; empty where it is none."""
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    if not _is_a_name(words) or words.casefold().strip() in _SAYS_NOTHING:
        return ""
    try:
        return str(canonicalize_license_expression(words.strip()))
    except (InvalidLicenseExpression, RecursionError):
        return ""
