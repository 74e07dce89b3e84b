"""What no schema can say about the description of one function: Lambda's own rules, from the facts in ``platform.json``.

The checks read the merged tree, not the model, so that they can speak even where another value is wrong. A value of the wrong
type is the door's business and is passed over here.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from lambda_ci.inputs.capacity import check_capacity
from lambda_ci.inputs.function_settings import check_function_settings
from lambda_ci.inputs.images import check_image, needs
from lambda_ci.inputs.lambda_layers import is_arn
from lambda_ci.inputs.limits import check_limits
from lambda_ci.inputs.located import Located, plain
from lambda_ci.inputs.package_size import check_package
from lambda_ci.inputs.rollout import check_rollout
from lambda_ci.inputs.wording import not_what, quoted, shown, suggestion
from lambda_ci.model.platform import facts
from lambda_ci.model.problem import Problem, Severity
from lambda_ci.model.spec.serving import MAX_EXPRESSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from lambda_ci.model.platform import Runtime

_RUNTIME = re.compile(r"python3\.\d+")
_VARIABLE = re.compile(r"[a-zA-Z][a-zA-Z0-9_]+")
_REGION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
"""botocore takes no other (botocore.utils.validate_region_name)."""
_MAX_TAGS = 50


def check_function(function: Located, *, today: date) -> Iterator[Problem]:
    """Everything about one function that needs neither its files nor the other functions."""
    for name in needs(function):
        if function.at(name) is None:
            yield function.problem(f"is required{_how(function, name)}", missing=name)
    yield from check_image(function)
    yield from _handler(function)
    yield from _runtime(function, today)
    yield from _environment(function)
    yield from _tags(function)
    yield from _exclude(function)
    yield from check_package(function)
    yield from check_capacity(function)
    yield from check_rollout(function)
    yield from check_function_settings(function)
    yield from check_limits(function)
    yield from _triggers(function, today)
    yield from _mode(function)
    for case in (function.at("smoke") or function).elements:
        yield from _expression(case)


def _triggers(function: Located, today: date) -> Iterator[Problem]:
    if function.at("triggers"):
        from lambda_ci.inputs.triggers import check_triggers

        yield from check_triggers(function, today=today)


def _how(function: Located, name: str) -> str:
    """Without a file, a key can only come from a flag, an input or a variable."""
    if function.origin.line is not None:
        return ""
    return f": give the flag --{name}, the input {name} or the variable LAMBDA_CI_{name.upper()}"


def _text(function: Located, *path: str | int) -> tuple[Located, str] | None:
    node = function.at(*path)
    return (node, node.value) if node is not None and isinstance(node.value, str) else None


def _handler(function: Located) -> Iterator[Problem]:
    """Whether the file exists is for the package stage to say: a layer may hold it."""
    found = _text(function, "handler")
    if not found or any(character.isspace() for character in found[1]):
        return
    node, handler = found
    module, dot, attribute = handler.rpartition(".")
    if not (dot and attribute and all(module.replace("/", ".").split("."))):
        yield node.problem(f"must be module.function, such as app.handler{not_what(node)}")


def _runtime(function: Located, today: date) -> Iterator[Problem]:
    found = _text(function, "runtime")
    if not found or not _RUNTIME.fullmatch(found[1]):
        return
    node, name = found
    known_as = "this runtime" if node.secret else name
    if runtime := facts().runtimes.get(name):
        if message := _deprecation(known_as, runtime, today):
            yield node.problem(message, severity=Severity.WARNING)
        return
    meant = "" if node.secret else suggestion(name, facts().runtimes)
    message = f"{known_as} is not a runtime that lambda-ci knows{meant}"
    yield node.problem(message, severity=Severity.WARNING)


def _deprecation(name: str, runtime: Runtime, today: date) -> str:
    if not runtime.deprecated or runtime.deprecated > today.isoformat():
        return ""
    blocks = {"creating functions": runtime.create_blocked, "updating them": runtime.update_blocked}
    since = " and ".join(f"{what} from {when}" for what, when in blocks.items() if when)
    return f"{name} is deprecated since {runtime.deprecated}" + (f"; AWS blocks {since}" if since else "")


def _environment(function: Located) -> Iterator[Problem]:
    environment = function.at("environment")
    if environment is None:
        return
    for name, node in environment.entries.items():
        if name in facts().reserved_environment:
            yield node.key_problem("Lambda sets this variable itself; it cannot be set")
        elif not _VARIABLE.fullmatch(name):
            yield node.key_problem("a variable's name has two or more letters, digits and _, and begins with a letter")
    values = {name: node.value for name, node in environment.entries.items() if isinstance(node.value, str)}
    size, limit = (
        len(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()),
        facts().limits.environment,
    )
    if size > limit:
        yield environment.key_problem(f"the variables take {size} bytes as JSON; Lambda allows {limit}")


def _tags(function: Located) -> Iterator[Problem]:
    tags = function.at("tags")
    if tags is None:
        return
    for name, node in tags.entries.items():
        if name.lower().startswith("aws:"):
            yield node.key_problem("tags that begin with aws: are reserved by AWS")
        elif name.startswith("lambda-ci:"):
            yield node.key_problem("tags that begin with lambda-ci: are set by lambda-ci itself")
    if len(tags.entries) >= _MAX_TAGS:
        message = f"{len(tags.entries)} tags are too many: AWS allows {_MAX_TAGS}, and lambda-ci adds one"
        yield tags.key_problem(message)


def _mode(function: Located) -> Iterator[Problem]:
    """Which layers a function has is configuration, so a package that needs new ones cannot be deployed without it."""
    mode, layers, layer = function.at("mode"), function.at("layers"), function.at("layer")
    if mode is None or mode.value != "code-only":
        return
    built = [one for one in (layers or function).elements if isinstance(one.value, str) and not is_arn(one.value)]
    built += [layer] if layer is not None and layer.value == "auto" else []
    if built:
        yield mode.problem("cannot attach layers that the project builds: put the dependencies into the package")


def _exclude(function: Located) -> Iterator[Problem]:
    exclude = function.at("exclude")
    if exclude is None or not exclude.elements:
        return
    from pathspec import GitIgnoreSpec

    for node in exclude.elements:
        try:
            GitIgnoreSpec.from_lines([node.value] if isinstance(node.value, str) else [])
        except ValueError:
            yield node.problem(f"{shown(node) or 'this'} is not a pattern as in .gitignore")


def _expression(case: Located) -> Iterator[Problem]:
    found = _text(case, "expect", "jmespath")
    if not found or len(found[1]) > MAX_EXPRESSION:
        return
    from jmespath import compile as compile_expression
    from jmespath.exceptions import JMESPathError

    node, expression = found
    try:
        compile_expression(expression)
    except RecursionError:
        yield node.problem("is nested too deeply for a JMESPath expression")
    except JMESPathError as error:
        reason = str(error).splitlines()[0].rstrip(":") if not node.secret else "see jmespath.org"
        yield node.problem(f"is not a JMESPath expression: {reason}")


def check_names(functions: Mapping[str, Located]) -> Iterator[Problem]:
    """Two functions cannot share one name on AWS."""
    owners: dict[str, str] = {}
    for key, function in functions.items():
        node = function.at("function-name") or function
        name = str(plain(node)) if node is not function else key
        if name in owners:
            known_as = "this" if node.secret else quoted(name)
            message = f"{known_as} is the name of the function {quoted(owners[name])} already"
            yield node.problem(message) if node is not function else function.key_problem(message)
        owners.setdefault(name, key)


def check_region(aws: Located | None) -> Iterator[Problem]:
    """A region that the facts do not know may be new: a warning. What cannot be a region is an error."""
    found = _text(aws, "region") if aws is not None else None
    if found and not _REGION.fullmatch(found[1]):
        yield found[0].problem(f"must be the name of a region, such as eu-west-1{not_what(found[0])}")
    elif found and found[1] not in facts().regions:
        node, name = found
        meant = "" if node.secret else suggestion(name, facts().regions)
        message = f"{shown(node) or 'this'} is not a region that lambda-ci knows{meant}"
        yield node.problem(message, severity=Severity.WARNING)
