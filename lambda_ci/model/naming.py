"""AWS's names as they are written here."""

from __future__ import annotations

import re

_ODD_WORDS = {"GiB": "Gib", "VCpu": "Vcpu"}
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def kebab(name: str) -> str:
    """``KMSKeyArn`` → ``kms-key-arn``."""
    for odd, word in _ODD_WORDS.items():
        name = name.replace(odd, word)
    return _WORD.sub("-", name).lower()
