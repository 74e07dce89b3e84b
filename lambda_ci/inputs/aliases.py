"""Other names of the action's inputs: those of aws-actions/aws-lambda-deploy v1, so that changing ``uses:`` is the whole migration,
and short ones for what is otherwise long.

Source: aws-actions/aws-lambda-deploy, action.yml and validations.js of v1.1.0 and of the main branch (November 2026).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lambda_ci.inputs.scalars import FALSE, TRUE
from lambda_ci.inputs.wording import quoted
from lambda_ci.model.problem import Origin, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DRY_RUN = "dry-run"
"""``true`` makes of ``deploy`` a ``plan``; which verb runs is decided elsewhere (``verbs.action``)."""
_SEVERAL = "functions"
"""Adds to what `function` says."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """The text of a setting, and the name of the input that it was given as."""

    text: str
    name: str

    @property
    def origin(self) -> Origin:
        return Origin(source=f"input {self.name}")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the inputs say, by the names of our options."""

    settings: Mapping[str, Written]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, kw_only=True)
class _Meaning:
    """What another name stands for. ``implied`` holds only where the setting was not given by its own name."""

    settings: Mapping[str, str] = field(default_factory=dict)
    implied: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    warning: str = ""


def own_names(inputs: Mapping[str, str]) -> Reading:
    """Every input that was given (empty counts as absent) under the name of our option. Unknown names stay as they are."""
    given = {name: text.strip() for name, text in inputs.items() if text.strip()}
    settings = {name: Written(text=text, name=name) for name, text in given.items() if name not in ALIASES}
    problems: list[Problem] = []
    implied: dict[str, Written] = {}
    for name in (name for name in ALIASES if name in given):
        meaning = ALIASES[name](given[name])
        implied |= {key: Written(text=text, name=name) for key, text in meaning.implied.items()}
        problems += _told(meaning, name)
        for key, text in meaning.settings.items():
            if key in settings and name != _SEVERAL:
                problems.append(_twice(name, settings[key].name))
            settings[key] = (
                _joined(settings.get(key), text, name) if name == _SEVERAL else Written(text=text, name=name)
            )
    return Reading(settings={**implied, **settings}, problems=tuple(problems))


def _told(meaning: _Meaning, name: str) -> list[Problem]:
    texts = {Severity.ERROR: meaning.error, Severity.WARNING: meaning.warning}
    origin = Origin(source=f"input {name}")
    return [Problem(origin=origin, message=text, severity=severity) for severity, text in texts.items() if text]


def _twice(name: str, other: str) -> Problem:
    message = f"says the same as the input {other}, which is given as well; give one of them"
    return Problem(origin=Origin(source=f"input {name}"), message=message)


def _joined(before: Written | None, text: str, name: str) -> Written:
    return Written(text=f"{before.text}\n{text}" if before else text, name=name)


def _same(setting: str) -> Callable[[str], _Meaning]:
    return lambda text: _Meaning(settings={setting: text})


def _artifacts(text: str) -> _Meaning:
    """The folder as it is: its dependencies are in it already."""
    return _Meaning(settings={"source": text}, implied={"requirements": "false"})


def _architectures(text: str) -> _Meaning:
    """One of them: Lambda takes no more. Theirs is a bare word, AWS's own form a list."""
    words = text.strip("[] \t\r\n").replace('"', " ").replace("'", " ").replace(",", " ").split()
    if len(words) != 1:
        return _Meaning(error=f"must be one architecture, x86_64 or arm64, not {quoted(text)}")
    return _Meaning(settings={"architecture": words[0]})


def _ephemeral_storage(text: str) -> _Meaning:
    """Theirs is the number of MB; ours, as in AWS's API, a structure."""
    return _Meaning(settings={"ephemeral-storage": json.dumps({"size": int(text)}) if _is_number(text) else text})


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20


def _key(text: str) -> _Meaning:
    """Where in the bucket; the last part of a key of ours is the digest of what is stored there."""
    folder = text.rpartition("/")[0]
    where = f"{folder}/" if folder else ""
    warning = (
        f"packages are kept under their own digest, as {quoted(where + 'SHA256.zip')}, so that one that is there already is "
        "not uploaded again, and nobody can change what is deployed; only the folder of the key is used"
    )
    return _Meaning(settings={"staging-prefix": where} if where else {}, warning=warning)


def _publish(text: str) -> _Meaning:
    if text not in TRUE | FALSE:
        return _Meaning(error=f"must be true or false, not {quoted(text)}")
    warning = (
        "lambda-ci always publishes a version: it is what the smoke test calls and what the alias runs. $LATEST gets the "
        "same code, so that callers without an alias see the change as well"
    )
    return _Meaning(warning=warning if text in FALSE else "")


def _smoke_payload(text: str) -> _Meaning:
    try:
        payload = json.loads(text)
    except ValueError as error:
        return _Meaning(error=f"must be JSON: {error}")
    return _Meaning(settings={"smoke": json.dumps([{"payload": payload}])})


ALIASES: Mapping[str, Callable[[str], _Meaning]] = {
    "functions": _same("function"),
    "smoke-payload": _smoke_payload,
    "code-artifacts-dir": _artifacts,
    "architectures": _architectures,
    "function-description": _same("description"),
    "ephemeral-storage": _ephemeral_storage,
    "s3-bucket": _same("staging-bucket"),
    "s3-key": _key,
    "publish": _publish,
    DRY_RUN: lambda _: _Meaning(),
}
"""Each input with what its text means."""
