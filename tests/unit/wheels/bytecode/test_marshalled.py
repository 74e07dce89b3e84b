from __future__ import annotations

import marshal
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.wheels.bytecode.marshalled import canonical

if TYPE_CHECKING:
    from types import CodeType

SOURCES = [
    "",
    "x = 1",
    "def f(a, /, b=(1, 2), *c, d: 'int' = -3.5, **e):\n    'doc'\n    return lambda: (a, b, {**e})",
    "class A:\n    def __init__(self):\n        self.b = self.a = 1\n        self.é = 'é'\n    class B: ...",
    "x in {None, 'a', 1, (2, None, 'b c'), 3.5, b'x', ..., 1j, -1}\ny in {'DD', 'dd', '%', 'é', ''}",
    "a = 'x' * 300\nb = 10 ** 30, 1e300, 2 ** 40, b'\\0' * 5, True, None, ..., 'é%', '日本', 'a b', '\\ud800'",
    "def outer():\n    def inner(): return inner\n    class Inner: x = 'outer.<locals>.Inner'\n    return inner, Inner",
    "async def f():\n    async for x in y: yield [z async for z in x if (w := z)]\n    return",
    "try:\n    import a.b as c\nexcept (E, F) as e:\n    raise G from e\nelse:\n    d = c[1:2, ::3]\n    f'{d!r:>{e}}'",
    "(((((((((((1, 2), 3), 4), 5), 6), 7), 8), 9), 10), 11), 12)\n" * 2,
]

CONSTANTS = st.recursive(
    st.none()
    | st.booleans()
    | st.just(...)
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.complex_numbers(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6)
    | st.binary(max_size=300)
    | st.sampled_from(["a" * 255, "a" * 256, "%" * 256, "é" * 300, "name", "not a name", "%", "é", "\ud800"]),
    lambda inner: st.lists(inner, max_size=4).map(tuple) | st.frozensets(inner, max_size=4),
    max_leaves=12,
)


def _code(source: str) -> CodeType:
    return compile(source, "/var/task/a.py", "exec", dont_inherit=True)


def _equal(one: CodeType, other: CodeType) -> bool:
    """As equal as two code objects can be, with everything that tracebacks show."""
    names = [name for name in dir(one) if name.startswith("co_") and name not in {"co_consts", "co_lnotab"}]
    same = all(getattr(one, name) == getattr(other, name) for name in names if not callable(getattr(one, name)))
    pairs = zip(one.co_consts, other.co_consts, strict=True)
    return same and all(_equal(a, b) if hasattr(a, "co_code") else a == b for a, b in pairs)


@pytest.mark.parametrize("source", SOURCES)
def test_code_stays_what_it_is(source: str) -> None:
    code = _code(source)
    data = canonical(marshal.dumps(code))
    assert marshal.loads(data) == code
    assert _equal(marshal.loads(data), code)


@pytest.mark.parametrize("source", SOURCES)
def test_there_is_only_one_form(source: str) -> None:
    data = canonical(marshal.dumps(_code(source)))
    assert canonical(data) == data
    assert canonical(marshal.dumps(marshal.loads(data))) == data


@pytest.mark.parametrize("source", SOURCES)
def test_neither_references_nor_interned_strings_matter(source: str) -> None:
    expected = canonical(marshal.dumps(_code(source)))
    code = _code(source)
    held = [code.co_consts, code.co_names, *code.co_consts, [sys.intern(word) for word in source.split()]]
    assert canonical(marshal.dumps(code)) == expected
    assert held


@given(CONSTANTS)
def test_every_constant_stays_what_it_is(constant: Any) -> None:  # noqa: ANN401 - whatever a constant can be
    data = canonical(marshal.dumps(constant))
    loaded = marshal.loads(data)
    assert loaded == constant
    assert repr(loaded) == repr(constant) or "frozenset" in repr(constant)
    assert canonical(marshal.dumps(loaded)) == data


@given(st.lists(st.text(max_size=3) | st.integers() | st.none(), min_size=2, max_size=6, unique=True))
def test_the_order_in_a_set_does_not_matter(members: list[Any]) -> None:
    one, other = frozenset(members), frozenset(reversed(members))
    assert canonical(marshal.dumps((one, "x"))) == canonical(marshal.dumps((other, "x")))


def test_what_is_not_known_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown kind of object: '\\?'"):
        canonical(b"?")
    with pytest.raises(ValueError, match="more than one"):
        canonical(b"NN")
    with pytest.raises(ValueError, match="refers to itself"):
        canonical(b"\xa9\x01r\x00\x00\x00\x00")
