from __future__ import annotations

import ast

import pytest

from lambda_ci.package.static_check.bindings import bindings


@pytest.mark.parametrize(
    "source",
    [
        "def handler(): ...",
        "async def handler(): ...",
        "class handler: ...",
        "handler = 1",
        "handler: int = 1",
        "handler += 1",
        "a = handler = 1",
        "a, (b, [handler, *c]) = x",
        "*handler, a = x",
        "import handler",
        "import handler.sub",
        "import x as handler",
        "from x import handler",
        "from x import y as handler",
        "from . import handler",
        "if x:\n    pass\nelif y:\n    pass\nelse:\n    handler = 1",
        "try:\n    pass\nexcept E:\n    handler = 1",
        "try:\n    pass\nexcept* E:\n    handler = 1",
        "try:\n    pass\nfinally:\n    from x import handler",
        "with x as handler:\n    pass",
        "with x:\n    def handler(): ...",
        "for handler in x:\n    pass",
        "while x:\n    handler = 1",
        "for x in y:\n    pass\nelse:\n    handler = 1",
        "match x:\n    case [handler, *_]:\n        pass",
        "match x:\n    case {'a': 1, **handler}:\n        pass",
        "match x:\n    case [*handler]:\n        pass",
        "match x:\n    case 1:\n        handler = 1",
        "(handler := 1)",
        "print([handler := y for y in x])",
        "if (handler := x): pass",
        "@(handler := f)\ndef x(): ...",
        "def setup():\n    global handler\n    handler = 1\nsetup()",
        "if TYPE_CHECKING:\n    pass\nelse:\n    handler = 1",
        "if __name__ != '__main__':\n    handler = 1",
    ],
)
def test_every_way_to_bind_a_name_is_seen(source: str) -> None:
    found = bindings(ast.parse(source))
    assert "handler" in found.names
    assert found.complete


@pytest.mark.parametrize(
    "source",
    [
        "",
        "'handler'",
        "def f():\n    handler = 1",
        "def f(handler): ...",
        "class C:\n    def handler(self): ...",
        "lambda handler: 1",
        "f = lambda: (handler := 1)",
        "[handler for handler in x]",
        "{handler: 1 for handler in x}",
        "handler: int",
        "handler.x = 1",
        "handler[0] = 1",
        "print(handler)",
        "import x.handler",
        "from handler import x",
        "import handler as x",
        "if TYPE_CHECKING:\n    from x import handler",
        "if typing.TYPE_CHECKING:\n    from x import handler",
        "if __name__ == '__main__':\n    handler = 1",
        "try:\n    pass\nexcept E as handler:\n    pass",
    ],
)
def test_what_binds_nothing_at_the_top_is_not(source: str) -> None:
    found = bindings(ast.parse(source))
    assert "handler" not in found.names
    assert found.complete


@pytest.mark.parametrize(
    "source",
    [
        "from x import *",
        "def __getattr__(name): ...",
        "globals()['handler'] = 1",
        "globals().update(x)",
        "vars()['handler'] = 1",
        "locals()['handler'] = 1",
        "import sys\nsetattr(sys.modules[__name__], 'handler', 1)",
        "exec('handler = 1')",
        "try:\n    from x import *\nexcept ImportError:\n    pass",
    ],
)
def test_modules_that_make_names_at_run_time_are_not_judged(source: str) -> None:
    assert not bindings(ast.parse(source)).complete
