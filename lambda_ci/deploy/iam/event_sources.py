"""What event source mappings need. They have ids that nobody knows beforehand: the function that they call limits them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.deploy.iam.scope import all_of_it, declared, everything, right

if TYPE_CHECKING:
    from lambda_ci.deploy.iam.scope import Condition, Right, Scope
    from lambda_ci.model.spec.function import FunctionSpec

_FEATURE = "Event sources"
_WITH = "with `triggers: [{event-source: …}]`"
_GONE = "for event sources that are not declared any more"


def _mappings(scope: Scope) -> tuple[str, ...]:
    return (scope.arn("lambda", "event-source-mapping:*"),)


def _of_the_function(scope: Scope) -> Condition:
    return {"ArnLike": {"lambda:FunctionArn": all_of_it(scope)}}


def _has_event_sources(spec: FunctionSpec) -> bool:
    return any(one.event_source for one in spec.triggers or ())


_NEEDED = declared(_has_event_sources)

RIGHTS: tuple[Right, ...] = (
    right(_FEATURE, "lambda:ListEventSourceMappings", "plan deploy destroy", everything, needed=_NEEDED, when=_WITH),
    right(
        _FEATURE,
        "lambda:ListEventSourceMappings",
        "status",
        everything,
        needed=_NEEDED,
        when=_WITH,
        without="the state of event sources is not shown",
    ),
    right(
        _FEATURE,
        "lambda:CreateEventSourceMapping",
        "deploy",
        everything,
        needed=_NEEDED,
        condition=_of_the_function,
        when=_WITH,
    ),
    right(
        _FEATURE,
        "lambda:UpdateEventSourceMapping",
        "deploy",
        _mappings,
        needed=_NEEDED,
        condition=_of_the_function,
        when=_WITH,
    ),
    right(
        _FEATURE,
        "lambda:GetEventSourceMapping",
        "deploy destroy",
        _mappings,
        needed=_NEEDED,
        condition=_of_the_function,
        when=f"{_WITH}, to wait for what AWS is at",
    ),
    right(_FEATURE, "lambda:TagResource", "deploy", _mappings, needed=_NEEDED, when=_WITH),
    right(_FEATURE, "lambda:ListTags", "plan deploy destroy", _mappings, needed=_NEEDED, when=_GONE),
    right(
        _FEATURE,
        "lambda:DeleteEventSourceMapping",
        "deploy destroy",
        _mappings,
        needed=_NEEDED,
        condition=_of_the_function,
        when=_GONE,
    ),
)
