"""GitLab's REST API, as far as previews need it: merge requests, their notes, environments and deployments.

Source: docs.gitlab.com, REST API v4: "Merge requests", "Notes", "Environments", "Deployments", "Users".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from lambda_ci.adapters.rest import Rest, Uncertain
from lambda_ci.errors import ForgeError
from lambda_ci.model.preview import Standing, State

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

    from lambda_ci.adapters.rest import Answer, Method
    from lambda_ci.console import Clock
    from lambda_ci.model.preview import Deployment

NAME = "GitLab"
API = "https://gitlab.com/api/v4"
_STATES = {State.RUNNING: "running", State.SUCCESS: "success", State.FAILURE: "failed"}
_OPEN, _CLOSED = frozenset({"opened", "locked"}), frozenset({"closed", "merged"})
_MOST = "100"
"""Of one page."""


def gitlab(project: str, *, token: str, environ: Mapping[str, str], clock: Clock) -> GitLabApi:
    """``project``: its number, or ``group/project``, on the GitLab that ``CI_API_V4_URL`` names."""
    rest = Rest(
        name=NAME,
        base=environ.get("CI_API_V4_URL") or API,
        clock=clock,
        environ=_with_authority(environ),
        credentials={"PRIVATE-TOKEN": token},
    )
    address = environ.get("CI_MERGE_REQUEST_PROJECT_URL") or environ.get("CI_PROJECT_URL", "")
    branch = environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME") or environ.get("CI_COMMIT_REF_NAME", "")
    return GitLabApi(rest=rest, project=quote(project, safe=""), address=address, branch=branch)


def _with_authority(environ: Mapping[str, str]) -> Mapping[str, str]:
    """The runner names the authority of a GitLab of one's own, where it has one, as a file that other containers do not have.
    The usual variables go before."""
    authority = environ.get("CI_SERVER_TLS_CA_FILE", "")
    return {"SSL_CERT_FILE": authority, **environ} if authority and Path(authority).is_file() else environ


@dataclass(kw_only=True)
class GitLabApi:
    """One project; what ``preview.forge.Forge`` says. ``branch`` is the one that deployments are said to come from."""

    rest: Rest
    project: str
    address: str = ""
    """Of the project, for people."""
    branch: str = ""
    _author: int | None = field(default=None, repr=False)

    name = NAME

    def standing(self, number: int) -> Standing:
        """The merge request as it is now. GitLab says that it is not there where a token may not know of it: that is an error, and so
        only what is missing for somebody who may list them is gone."""
        doing = f"read merge request {number}"
        answer = self.rest.ask("GET", self._path(f"merge_requests/{number}"))
        if answer.status == 404:
            next(self._all("merge_requests", {"per_page": "1"}, doing=doing), None)
            return Standing(open=False, head="")
        self._check(answer, doing=doing)
        found = answer.body if isinstance(answer.body, dict) else {}
        if found.get("state") not in _OPEN | _CLOSED:
            raise _nonsense(doing)
        return Standing(open=found["state"] in _OPEN, head=str(found.get("sha") or ""))

    def comment(self, number: int, *, marker: str, markdown: str, create: bool = True) -> str:
        """Have this one note under the merge request; see ``preview.forge.Forge``."""
        try:
            return self._comment(number, marker, markdown, create=create)
        except Uncertain:
            return self._comment(number, marker, markdown, create=create)

    def announce(self, deployment: Deployment) -> None:
        """An environment with its address, and a deployment to it, which the merge request shows."""
        doing = f"announce the deployment to {deployment.environment}"
        self._have_environment(deployment, doing=doing)
        state = _STATES[deployment.state]
        query = {"environment": deployment.environment, "order_by": "id", "sort": "desc", "per_page": _MOST}
        known = self._all("deployments", query, doing=doing)
        mine = next((one for one in known if one.get("sha") == deployment.commit), None)
        if mine is None or (mine.get("status") != state and mine.get("status") not in {"created", "running"}):
            self._ask("POST", "deployments", self._deployment(deployment, state), doing=doing)
        elif mine.get("status") != state and not mine.get(
            "deployable"
        ):  # A job's own ends with the job; nobody else may end it.
            self._ask("PUT", f"deployments/{mine['id']}", {"status": state}, doing=doing)

    def retire(self, group: str) -> None:
        """Every environment of this group is stopped, without the job that its pipeline has for that."""
        doing = f"stop the environments of {group}"
        query = {"search": group, "states": "available", "per_page": _MOST}
        for one in list(self._all("environments", query, doing=doing)):
            name = str(one.get("name"))
            if name == group or name.startswith(f"{group}/"):
                self._ask("POST", f"environments/{one['id']}/stop", {"force": True}, doing=doing)

    def _comment(self, number: int, marker: str, body: str, *, create: bool) -> str:
        doing, path = f"write the note under merge request {number}", f"merge_requests/{number}/notes"
        mine = self._mine(path, marker, doing=doing)
        if mine is None:
            made = self._ask("POST", path, {"body": body}, doing=doing) if create else None
            return self._note(number, made)
        if str(mine.get("body")).strip() != body.strip():
            answer = self.rest.ask("PUT", self._path(f"{path}/{mine['id']}"), body={"body": body})
            if answer.status == 404:  # Somebody deleted it in this moment.
                return self._note(number, self._ask("POST", path, {"body": body}, doing=doing))
            self._check(answer, doing=doing)
        return self._note(number, mine)

    def _mine(self, path: str, marker: str, *, doing: str) -> dict[str, Any] | None:
        """The first note with the marker that this token's own author wrote. Anybody can write the marker."""
        for one in self._all(path, {"sort": "asc", "order_by": "created_at", "per_page": _MOST}, doing=doing):
            if str(one.get("body") or "").startswith(marker) and _id(one.get("author")) == self._me(doing=doing):
                return one
        return None

    def _me(self, *, doing: str) -> int:
        if self._author is None:
            answer = self.rest.ask("GET", "user")
            self._check(answer, doing=doing)
            self._author = _id(answer.body)
            if self._author is None:
                raise _nonsense(doing)
        return self._author

    def _note(self, number: int, note: Any) -> str:  # noqa: ANN401 - JSON
        found = _id(note)
        return f"{self.address}/-/merge_requests/{number}#note_{found}" if found and self.address else ""

    def _have_environment(self, deployment: Deployment, *, doing: str) -> None:
        query = {"name": deployment.environment}
        found = next(self._all("environments", query, doing=doing), None)
        address: dict[str, JsonValue] = {"external_url": deployment.url} if deployment.url else {}
        if found is None:
            body: dict[str, JsonValue] = {"name": deployment.environment, "tier": "development", **address}
            self._ask("POST", "environments", body, doing=doing)
        elif address and found.get("external_url") != deployment.url:
            self._ask("PUT", f"environments/{found['id']}", address, doing=doing)

    def _deployment(self, deployment: Deployment, state: str) -> dict[str, JsonValue]:
        return {
            "environment": deployment.environment,
            "sha": deployment.commit,
            "ref": self.branch,
            "tag": False,
            "status": state,
        }

    def _all(self, path: str, query: Mapping[str, str], *, doing: str) -> Iterator[dict[str, Any]]:
        for answer in self.rest.pages(self._path(path), query=query):
            self._check(answer, doing=doing)
            if not isinstance(answer.body, list):
                raise _nonsense(doing)
            yield from (one for one in answer.body if isinstance(one, dict) and _id(one) is not None)

    def _ask(self, method: Method, path: str, body: JsonValue, *, doing: str) -> JsonValue:
        answer = self.rest.ask(method, self._path(path), body=body)
        self._check(answer, doing=doing)
        return answer.body

    def _path(self, path: str) -> str:
        return f"projects/{self.project}/{path}"

    def _check(self, answer: Answer, *, doing: str) -> None:
        """Raises ForgeError where GitLab refused."""
        if answer.ok:
            return
        said = f"GitLab answered {answer.status}{f': {answer.message}' if answer.message else ''}"
        why, fix = _ADVICE.get(answer.status, ("", "look at what GitLab says; its documentation explains the words"))
        raise ForgeError(f"could not {doing}", why=f"{said}.{why}", fix=fix)


_TOKEN = (
    "give the job a project access token with the scope `api` and the role Developer as the masked variable GITLAB_TOKEN; "
    "protected variables are there on protected branches only"
)
_ADVICE = {
    401: (" The token is wrong, or has expired.", _TOKEN),
    403: (" The token has not the right.", _TOKEN),
    404: (" It is not there, or the token has not the right to know of it.", _TOKEN),
}


def _nonsense(doing: str) -> ForgeError:
    """A sign-in page instead of an answer, say: what it does not say must not be taken for closed."""
    fix = "look at CI_API_V4_URL: is it the API of a GitLab, or does something stand before it?"
    return ForgeError(f"could not {doing}", why="The answer is not what GitLab's API answers.", fix=fix)


def _id(body: Any) -> int | None:  # noqa: ANN401 - JSON
    found = body.get("id") if isinstance(body, dict) else None
    return found if isinstance(found, int) else None
