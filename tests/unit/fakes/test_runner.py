"""The fake of GitHub's runner reads what steps write by the runner's own rules."""

from __future__ import annotations

import pytest

from tests.fakes.runner import Annotation, InvalidFileCommand, annotated, assignments


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", {}),
        ("changed=true\n", {"changed": "true"}),
        ("url=https://x/?a=b<<c\n", {"url": "https://x/?a=b<<c"}),
        ("changed=\n", {"changed": ""}),
        ("note<<END\none\ntwo\nEND\n", {"note": "one\ntwo"}),
        ("note<<END\nEND\n", {"note": ""}),
        ("note<<END\na=b\n\nEND\nlast=1\n", {"note": "a=b\n", "last": "1"}),
        ("twice=1\ntwice=2\n", {"twice": "2"}),
    ],
)
def test_outputs_are_read(text: str, read: dict[str, str]) -> None:
    assert assignments(text) == read


@pytest.mark.parametrize(
    "text", ["changed\n", "=true\n", "<<END\nEND\n", "note<<\n\n", "note<<END\none\n", "note<<END\none\nEND \n"]
)
def test_outputs_that_fail_a_step_are_refused(text: str) -> None:
    with pytest.raises(InvalidFileCommand):
        assignments(text)


def test_annotations_are_found_and_unescaped() -> None:
    log = "hello\n  ::error file=a%2Cb.yml,line=3,title=50%25%3A no::one%0Atwo 100%25: done\n::notice::seen\n"
    assert list(annotated(log)) == [
        Annotation(
            level="error",
            message="one\ntwo 100%: done",
            properties={"file": "a,b.yml", "line": "3", "title": "50%: no"},
        ),
        Annotation(level="notice", message="seen", properties={}),
    ]


def test_what_is_no_annotation_is_left_alone() -> None:
    assert list(annotated("::group::build\nsay ::error::x\n::add-mask::secret\n::end::\n")) == []


def test_nothing_is_a_command_between_stop_commands_and_its_token() -> None:
    log = "::stop-commands::abc\n::error::theirs\n::other::\n::abc::\n::error::ours\n"
    assert [found.message for found in annotated(log)] == ["ours"]
