"""Removing functions of previews: only what carries this project's mark and that of the pull request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lambda_ci.errors import LambdaCiError
from lambda_ci.model.preview import PREVIEW, PUSHED
from lambda_ci.model.result import FunctionResult
from lambda_ci.verbs.outcome import failure_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambda_ci.deploy.live import Live
    from lambda_ci.deploy.services import Services

_LOGS = "/aws/lambda/"


@dataclass(frozen=True, kw_only=True)
class Marked:
    """A function with a pull request's mark. ``pushed``: when it was deployed last, as its tag says; perhaps empty."""

    function_name: str
    mark: str
    pushed: str


@dataclass(frozen=True, kw_only=True)
class Removal:
    """How previews of one project are removed; ``dry_run``: how they would be."""

    project: str
    services: Services
    dry_run: bool

    def marked(self) -> tuple[Marked, ...]:
        """Every function of the project that is a preview, of whatever pull request, ordered by name.

        Where nobody may ask for functions by their tags, all functions are listed and their tags read. Raises AwsError.
        """
        from lambda_ci.deploy.desired import MARK

        try:
            found = self.services.aws.tagging().functions({MARK: self.project, PREVIEW: ""})
        except LambdaCiError as error:
            self.services.console.line(f"{error.what}; every function is looked at instead")
            found = {name: tags for name, tags in self._all().items() if tags.get(MARK) == self.project}
        return tuple(
            Marked(function_name=name, mark=tags[PREVIEW], pushed=tags.get(PUSHED, ""))
            for name, tags in sorted(found.items())
            if tags.get(PREVIEW)
        )

    def remove(self, function_name: str, mark: str, *, key: str) -> FunctionResult:
        """Delete a function with its versions, aliases, addresses and log; where it is gone, what a run that was killed left of its
        log. What carries another mark stays, which is said."""
        from lambda_ci.deploy.live import look

        result = FunctionResult(name=key, function_name=function_name, changed=False)
        try:
            live = look(self.services.aws.lambda_client(), function_name)
            if live is None:
                left = () if self.dry_run else self._log(function_name)
                return replace(result, removed=left, changed=bool(left))
            if not live.tags_error and (found := live.tags.get(PREVIEW)) != mark:
                why = f"its tag {PREVIEW} is {found or 'not set'}, not {mark}"
                return replace(result, kept={function_name: why})
            return self._remove(live, replace(result, function_arn=live.function_arn))
        except LambdaCiError as error:
            return replace(result, failure=failure_of(error))

    def last_deployed(self, function_name: str) -> str:
        """By Lambda's own word, where the tag is missing (the run was killed before it). Raises AwsError."""
        from lambda_ci.deploy.live import look

        live = look(self.services.aws.lambda_client(), function_name)
        return live.last_modified if live else ""

    def _remove(self, live: Live, result: FunctionResult) -> FunctionResult:
        from lambda_ci.deploy.destroy import destroy, survey

        name = result.function_name
        doomed = survey(name, project=self.project, services=self.services)
        if doomed is None:
            return result
        kept = dict.fromkeys(doomed.mappings, "an event source mapping that lambda-ci did not make")
        if self.dry_run:
            return replace(result, kept={**kept, name: "only shown: it would be deleted"})
        destroy(doomed, self.services)
        gone = (name, *doomed.rules, *doomed.event_sources, *self._own_log(live, name))
        return replace(result, changed=True, removed=gone, kept=kept)

    def _own_log(self, live: Live, name: str) -> tuple[str, ...]:
        """One that was named in the configuration may be others' as well, and stays."""
        logging = live.members.get("LoggingConfig")
        named = logging.get("LogGroup") if isinstance(logging, dict) else None
        return self._log(name) if named in {None, f"{_LOGS}{name}"} else ()

    def _log(self, name: str) -> tuple[str, ...]:
        """The log group that Lambda makes for this function alone."""
        group = f"{_LOGS}{name}"
        try:
            return (group,) if self.services.aws.logs().delete(group) else ()
        except LambdaCiError as error:
            self.services.console.line(f"the log group {group} stays: {error.what}")
            return ()

    def _all(self) -> Mapping[str, Mapping[str, str]]:
        from lambda_ci.adapters.aws_errors import asking

        client = self.services.aws.lambda_client()
        with asking("list the functions"):
            pages = client.get_paginator("list_functions").paginate()
            found = {one["FunctionName"]: one["FunctionArn"] for page in pages for one in page["Functions"]}
        tags: dict[str, Mapping[str, str]] = {}
        for name, arn in found.items():
            with asking(f"read the tags of {name}"):
                tags[name] = client.list_tags(Resource=arn).get("Tags", {})
        return tags
