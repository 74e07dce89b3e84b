"""The text of docs/reference.md and of the inputs in action.yml."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

from tools.verbs import ENVIRONMENT, verbs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_WIDTH = 116
_PLACEHOLDER = "placeholder"
"""``${env:NAME}``, which every value may be: said once, at the top."""
_SECTIONS = (
    ("The file", "", "`lambda-ci.yml`, at the top."),
    ("aws", "AwsSpec", "How AWS is reached."),
    ("staging", "StagingSpec", "Where packages go that are too large for a direct upload."),
    ("cache", "CacheSpec", "A cache in S3 that runs on several machines share."),
    (
        "build",
        "BuildSpec",
        "How a package becomes a wheel that has none for the function's runtime. Also per function and stage.",
    ),
    ("functions.NAME", "FunctionSpec", "One function; the same keys stand under `defaults`, for every function."),
    (
        "functions.NAME.image",
        "ImageSpec",
        "The image of a function with `package-type: Image`, where lambda-ci makes it.",
    ),
    ("functions.NAME.url", "UrlSpec", "A function URL on the alias. `url: none`: without one."),
    (
        "functions.NAME.url.cors",
        "CorsSpec",
        "What browsers may do with it. What is not written is left as it is on AWS.",
    ),
    (
        "functions.NAME.async",
        "AsyncSpec",
        "What becomes of asynchronous invocations of the alias. What is not written is left as it is on AWS.",
    ),
    (
        "functions.NAME.runtime-management",
        "RuntimeManagementSpec",
        "Which build of the runtime the version that the alias runs gets.",
    ),
    ("functions.NAME.scaling", "ScalingSpec", "How many environments each version has, on a capacity provider."),
    ("functions.NAME.triggers[]", "TriggerSpec", "One thing that calls the function: one key of these."),
    (
        "functions.NAME.triggers[].schedule",
        "ScheduleSpec",
        "What calls the alias by the clock, where the expression alone does not say enough. With `at(…)` or a key from `timezone` on it is "
        + "EventBridge Scheduler's.",
    ),
    (
        "functions.NAME.triggers[].permission",
        "PermissionSpec",
        "Who else may invoke the alias: a statement in its policy.",
    ),
    (
        "functions.NAME.triggers[].event-source",
        "EventSourceSpec",
        "A queue, a stream, a cluster or a broker that Lambda polls for the alias, where the ARN alone does not say enough.",
    ),
    (
        "functions.NAME.triggers[].event-source.source-access-configurations[]",
        "SourceAccessSpec",
        "One thing that Lambda needs to reach a cluster or a broker.",
    ),
    ("functions.NAME.audit", "AuditSpec", "What the audit of the package lets pass."),
    ("layers.NAME", "LayerSpec", "One layer, built for every runtime and architecture of the functions that use it."),
    ("functions.NAME.smoke[]", "SmokeCase", "One invocation of the published version, before the alias moves to it."),
    ("functions.NAME.smoke[].expect", "Expect", "Without any expectation the function must only not fail."),
    ("stages.NAME", "StageSpec", "What is different in one deployment stage."),
)
_HEAD = """\
# Reference

Generated from the models by `tools/generate.py`; do not edit it here.

## Where values come from

A flag beats an input of the action, an input beats a variable `LAMBDA_CI_*`, a variable beats the file's section of the chosen
stage (`stages.S.functions.F`, then `stages.S.defaults`), that beats the file (`functions.F`, then `defaults`), and the file
beats what is built in. Mappings merge by key; everything else is replaced. `KEY:` with nothing after it unsets what a lower
layer says.

Scalars are read as YAML 1.2 has it: only `true` and `false` are booleans, and `yes`, `012`, `1_000` and dates are text. Every
value in the file may hold `${env:NAME}` or `${env:NAME:-default}`; write `$${` for a literal `${`. Paths are relative to the
configuration file.
"""


def reference(schema: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    """docs/reference.md."""
    members = {row["key"]: row for row in rows if row.get("member")}
    parts = [_HEAD]
    for title, name, lead in _SECTIONS:
        section = _inlined(schema["$defs"][name] if name else schema, schema["$defs"])
        parts.append(
            f"## {title if name == '' else f'`{title}`'}\n\n{lead}\n\n{_section(section, members if name == 'FunctionSpec' else {})}"
        )
    parts.append(_members(schema["$defs"]["FunctionSpec"], members))
    parts += [_options(rows), ENVIRONMENT, verbs()]
    return "\n".join(parts)


def _inlined(section: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """The section with what is no section of its own, such as a choice, written where it is referred to."""
    titled = {name for _, name, _ in _SECTIONS}
    properties = dict(section["properties"])
    for key, value in properties.items():
        properties[key] = _written_out(value, definitions, titled)
        if "anyOf" in value:
            branches = [_written_out(branch, definitions, titled) for branch in value["anyOf"]]
            properties[key] = {**value, "anyOf": branches}
    return {**section, "properties": properties}


def _written_out(value: Mapping[str, Any], definitions: Mapping[str, Any], titled: set[str]) -> Mapping[str, Any]:
    name = value.get("$ref", "").rpartition("/")[2]
    if not name or name in {*titled, _PLACEHOLDER}:
        return value
    return {**definitions[name], **{key: part for key, part in value.items() if key != "$ref"}}


def _section(section: Mapping[str, Any], members: Mapping[str, Any]) -> str:
    required = section.get("required", ())
    lines = ["| Key | Value | Default | Meaning |", "| --- | --- | --- | --- |"]
    for key, value in section["properties"].items():
        if key not in members:
            default = "required" if key in required else _default(value)
            lines.append(f"| `{key}` | {_type(value)} | {default} | {_cell(value.get('description', ''))} |")
    return "\n".join(lines) + "\n"


def _members(function: Mapping[str, Any], members: Mapping[str, Any]) -> str:
    lead = (
        "## `functions.NAME`: members of Lambda's API\n\n"
        "Every member of CreateFunction, UpdateFunctionConfiguration and UpdateFunctionCode, also one that is not in this list\n"
        "yet. A member that is absent is left as it is on AWS. Inside a value both spellings are taken: `subnet-ids` and `SubnetIds`.\n"
    )
    lines = ["| Key | Value | Meaning |", "| --- | --- | --- |"]
    for key in members:
        value = function["properties"][key]
        lines.append(f"| `{key}` | {_type(value)} | {_cell(value.get('description', ''))} |")
    return lead + "\n" + "\n".join(lines) + "\n"


def _options(rows: Sequence[Mapping[str, Any]]) -> str:
    lead = (
        "## Flags, inputs and variables\n\n"
        "The same names serve as flags of the command (`--memory-size 512`), as inputs of the action (`memory-size: 512`) and as\n"
        "variables (`LAMBDA_CI_MEMORY_SIZE=512`). Those that describe a function hold for every chosen function. A list is JSON, or\n"
        "separated by commas or lines; a mapping is JSON, YAML, or lines `KEY=VALUE`.\n"
    )
    lines = ["| Name | Value | Key in the file, or meaning |", "| --- | --- | --- |"]
    for row in rows:
        key = {"function": f"`functions.NAME.{row['key']}`", "project": f"`{row['key']}`"}.get(
            row["scope"], _cell(row["help"])
        )
        lines.append(f"| `{row['name']}` | {row['kind']} | {key} |")
    return lead + "\n" + "\n".join(lines) + "\n"


def _type(schema: Mapping[str, Any]) -> str:
    words = list(dict.fromkeys(_types(schema)))
    return " or ".join(words) or "any value"


def _types(schema: Mapping[str, Any]) -> Iterator[str]:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        known = {name: f"[{title}](#{_anchor(title)})" for title, name, _ in _SECTIONS if name}
        yield from [known[name]] if name in known else []
        return
    for branch in schema.get("anyOf", ()):
        yield from _types(branch)
    if "const" in schema:
        yield f"`{json.dumps(schema['const'])}`"
    elif "enum" in schema:
        yield " or ".join(f"`{choice}`" for choice in schema["enum"])
    elif schema.get("type") not in {None, "null"}:
        yield _base(schema) + _limits(schema)


def _anchor(title: str) -> str:
    return "".join(letter for letter in title.lower() if letter.isalnum() or letter in "-_")


def _base(schema: Mapping[str, Any]) -> str:
    kind = schema["type"]
    if kind == "array":
        return f"list of {_type(schema['items'])}"
    if kind == "object" and "properties" in schema:
        return "mapping with " + ", ".join(f"`{key}`" for key in schema["properties"] if key.islower())
    if kind == "object":
        inner = [*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")]
        return f"mapping of names to {_type(next((part for part in inner if part), {}))}"
    words = {"string": "text", "integer": "whole number", "boolean": "`true` or `false`"}
    return words.get(kind, str(kind))


def _limits(schema: Mapping[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    longest = schema.get("maxLength")
    if low is not None or high is not None:
        return f" {low if low is not None else ''}…{high if high is not None else ''}"
    return f", at most {longest} characters" if longest else ""


def _default(schema: Mapping[str, Any]) -> str:
    return f"`{json.dumps(schema['default'])}`" if "default" in schema else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def action_inputs(rows: Sequence[Mapping[str, Any]]) -> str:
    """The generated part of ``inputs:`` in action.yml."""
    return "".join(_input(row) for row in rows)


def _input(row: Mapping[str, Any]) -> str:
    choices = f" One of: {', '.join(row['choices'])}." if row.get("choices") else ""
    wrapped = textwrap.wrap(row["help"] + choices, _WIDTH - 6, break_long_words=False, break_on_hyphens=False)
    text = "\n".join(f"      {line}" for line in wrapped)
    return f"  {row['name']}:\n    description: >-\n{text}\n    required: false\n"
