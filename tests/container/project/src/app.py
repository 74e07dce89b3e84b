"""Greets, with a dependency in Python and a compiled one."""

from idna import encode
from rpds import HashTrieMap

GREETING = HashTrieMap({"greeting": "hello"})


def handler(event: dict[str, str], _context: object) -> dict[str, str]:
    return {word: f"{text} {encode(event['name']).decode()}" for word, text in GREETING.items()}
