"""Whatever is declared, and whatever is there: what is written leads to what is declared, and then to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.deploy.triggers.event_source_members import created, found, updated
from lambda_ci.deploy.triggers.event_sources import (
    differing,
    event_source,
    event_source_changes,
    replaced,
)
from lambda_ci.model.change import Action
from lambda_ci.model.event_source import FACTS, TAKEN_BY, Kind, kind_of
from lambda_ci.model.spec.event_source import EventSourceSpec
from tests.fakes.aws_lambda import FakeLambda
from tests.fakes.aws_lambda_state import Deployed
from tests.fakes.polled import ALIAS, BROKER, CLUSTER, FIFO, QUEUE, SECRET, STREAM, TABLE

if TYPE_CHECKING:
    from lambda_ci.deploy.triggers.event_sources import EventSource, Found
    from tests.fakes.aws_event_sources import FakeEventSources

PATTERNS = st.lists(
    st.dictionaries(st.sampled_from(["body", "data"]), st.lists(st.text(max_size=3), min_size=1), min_size=1),
    max_size=3,
)
OPTIONS: dict[str, st.SearchStrategy[Any]] = {
    "enabled": st.booleans(),
    "batch-size": st.integers(1, 10),
    "maximum-batching-window-in-seconds": st.integers(0, 300),
    "filters": PATTERNS,
    "report-batch-item-failures": st.booleans(),
    "maximum-concurrency": st.integers(2, 1000),
    "starting-position": st.sampled_from(["LATEST", "TRIM_HORIZON"]),
    "on-failure": st.sampled_from(["none", QUEUE]),
    "maximum-retry-attempts": st.integers(-1, 10_000),
    "maximum-record-age-in-seconds": st.sampled_from([-1, 60, 604_800]),
    "bisect-batch-on-function-error": st.booleans(),
    "parallelization-factor": st.integers(1, 10),
    "tumbling-window-in-seconds": st.integers(0, 900),
    "source-access-configurations": st.lists(
        st.sampled_from([{"type": "BASIC_AUTH", "uri": SECRET}, {"type": "VIRTUAL_HOST", "uri": "/"}]),
        min_size=1,
        unique_by=str,
    ),
    "consumer-group-id": st.sampled_from(["shop", "stock"]),
}
NEEDED = {"topic": "orders", "queue": "orders"}


@st.composite
def sources(draw: st.DrawFn, arns: st.SearchStrategy[str]) -> EventSource:
    arn = draw(arns)
    kind = kind_of(arn) or Kind.SQS
    taken = {name: one for name, one in OPTIONS.items() if kind in TAKEN_BY.get(name, frozenset(Kind))}
    if arn == FIFO:
        del taken["maximum-batching-window-in-seconds"]
    needs = FACTS[kind].needs
    chosen = [name for name in taken if name in needs or draw(st.booleans())]
    options = {name: draw(taken[name]) for name in chosen} | {name: NEEDED[name] for name in needs if name in NEEDED}
    return event_source(EventSourceSpec.model_validate({"source-arn": arn, **options}, strict=False))


def account() -> FakeEventSources:
    """With a function, and an alias of it."""
    lambda_ = FakeLambda(region="eu-west-1", objects=lambda _bucket, _key: None)
    lambda_.sources.changing = 0
    function = Deployed(name="orders", arn=ALIAS.removesuffix(":live"), config={}, code=b"")
    function.versions["1"] = {}
    function.aliases["live"] = {"FunctionVersion": "1"}
    lambda_.functions["orders"] = function
    return lambda_.sources


def there(aws: FakeEventSources) -> dict[str, Found]:
    seen = (found(one) for one in aws.list_all({"FunctionName": "orders:live"}).body["EventSourceMappings"])
    return {one.name: one for one in seen}


def make(aws: FakeEventSources, wanted: EventSource) -> None:
    aws.create({"FunctionName": "orders:live", **created(wanted)})


ANY = st.sampled_from([QUEUE, FIFO, STREAM, TABLE, CLUSTER, BROKER])


@given(sources(ANY))
def test_what_is_made_is_what_is_declared(wanted: EventSource) -> None:
    aws = account()
    make(aws, wanted)
    (seen,) = there(aws).values()
    assert (differing(wanted, seen), replaced(wanted, seen)) == ((), False)
    assert list(event_source_changes([wanted], there(aws), ALIAS)) == []


@given(ANY.flatmap(lambda arn: st.tuples(sources(st.just(arn)), sources(st.just(arn)))))
def test_an_update_leads_from_anything_to_what_is_declared(two: tuple[EventSource, EventSource]) -> None:
    before, after = two
    aws = account()
    make(aws, before)
    (seen,) = there(aws).values()
    if replaced(after, seen):
        assert after.fixed != before.fixed
        return
    names = differing(after, seen)
    told = list(event_source_changes([after], there(aws), ALIAS))
    assert [(one.action, len(one.fields)) for one in told] == ([(Action.UPDATE, len(names))] if names else [])
    if names:
        aws.update({"UUID": seen.uuid, **updated(after, names)})
    assert list(event_source_changes([after], there(aws), ALIAS)) == []


@given(st.lists(sources(ANY), max_size=4, unique_by=lambda one: one.name), st.sets(ANY))
def test_the_changes_name_what_is_missing_and_never_what_is_somebody_elses(
    wanted: list[EventSource], theirs: set[str]
) -> None:
    aws = account()
    for arn in theirs:
        aws.attach("orders:live", arn)
    declared = {one.name for one in wanted}
    for change in event_source_changes([one for one in wanted if not one.fixed], there(aws), ALIAS):
        assert change.name in declared
        assert change.action in {Action.CREATE, Action.UPDATE}
        assert (change.action is Action.CREATE) == (change.name not in there(aws))
