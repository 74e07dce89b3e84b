from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_ci.image.dockerfile import bases, instructions, needs_buildkit

TWO_STAGES = """\
# syntax=docker/dockerfile:1
ARG BASE=public.ecr.aws/lambda/python:3.13
ARG TAG
FROM --platform=linux/amd64 gcc:${TAG:-14} AS Build
ARG BASE=other
RUN make \\
    # a comment between
    all

from $BASE
COPY --from=build /out ${LAMBDA_TASK_ROOT}/
COPY --from=tools.example/x:1 /x /x
COPY --from=0 /y /y
CMD ["app.handler"]
"""


def test_the_images_it_begins_with_are_found_through_stages_and_arguments() -> None:
    tools = "tools.example/x:1"
    assert bases(TWO_STAGES, {}) == ("gcc:14", "public.ecr.aws/lambda/python:3.13", tools)
    assert bases(TWO_STAGES, {"TAG": "13", "BASE": "mine:1"}) == ("gcc:13", "mine:1", tools)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM scratch\n", ()),
        ("FROM a AS b\nFROM b\n", ("a",)),
        ("FROM a\nFROM a\n", ("a",)),
        ("ARG V=1\nFROM a:${V:+two}\n", ("a:two",)),
        ('ARG I="q:1"\nFROM $I', ("q:1",)),
        ("ARG V=3.12\nARG I=a:${V}\nFROM ${I}\n", ("a:3.12",)),
        ("ARG A V=1 I='q'\nFROM $I:$V\n", ("q:1",)),
        ("FROM\ta\tAS\tb\nFROM b\n", ("a",)),
        ("# escape=`\nFROM `\n a\n", ("a",)),
        ("FROM a \\", ("a",)),
        ("", ()),
    ],
)
def test_odd_dockerfiles(text: str, expected: tuple[str, ...]) -> None:
    assert bases(text, {}) == expected


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("RUN --mount=type=cache,target=/root pip install x", "RUN --mount"),
        ("run --network=none --mount=type=secret,id=x true", "RUN --network"),
        ("COPY --link a b", "COPY --link"),
        ("COPY --chown=1:1 --chmod=644 a b", "COPY --chmod"),
        ("ADD --checksum=sha256:0 https://a b", "ADD --checksum"),
        ("RUN <<EOF", "RUN <<"),
        ("COPY <<-'END' /x", "COPY <<"),
        ("RUN echo --mount", ""),
        ('RUN cat <<< "x"', ""),
        ("RUN echo $((1<<2))", ""),
        ("COPY --from=a --chown=1 a b", ""),
        ("RUN python -c 'print(1 << 2)'", ""),
    ],
)
def test_what_only_buildkit_can_do_is_named(line: str, found: str) -> None:
    assert needs_buildkit(f"FROM a\n{line}\n") == found


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading(text: str) -> None:
    bases(text, {})
    needs_buildkit(text)


@settings(max_examples=50)
@given(st.lists(st.from_regex(r"[a-z]{1,8} [a-z0-9/:.]{1,9}( [a-z0-9]{1,5})?", fullmatch=True), max_size=6), st.data())
def test_where_lines_are_broken_does_not_matter(lines: list[str], data: st.DataObject) -> None:
    whole = list(instructions("\n".join(lines)))
    broken = [line.replace(" ", " \\\n ", data.draw(st.integers(0, 2))) for line in lines]
    found = list(instructions("\n# between\n".join(broken)))
    assert [(name, rest.split()) for name, rest in found] == [(name, rest.split()) for name, rest in whole]
