"""Bitbucket Cloud's REST API, as far as previews need it: pull requests, their comments, and build statuses of commits.

Source: developer.atlassian.com, REST API 2.0: "Pullrequests", "Commit statuses", "Commits"; pages follow the member ``next``.
Bitbucket's own deployments are those of its pipelines; what has an address is shown as a build status of the commit.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from lambda_ci.adapters.rest import Rest, Uncertain, text_at
from lambda_ci.errors import ForgeError
from lambda_ci.model.preview import Standing, State

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

    from lambda_ci.adapters.rest import Answer
    from lambda_ci.console import Clock
    from lambda_ci.model.preview import Deployment

NAME = "Bitbucket"
API = "https://api.bitbucket.org/2.0"
LONGEST_COMMENT = 32_768
"""Characters."""
_STATES = {State.RUNNING: "INPROGRESS", State.SUCCESS: "SUCCESSFUL", State.FAILURE: "FAILED"}
_OVER = "STOPPED"
_CLOSED = frozenset({"MERGED", "DECLINED", "SUPERSEDED"})
_PAGES = 100
_MARKER = re.compile(r"<!-- (.*) -->")
_COMMENTS, _STATUSES = "Pull requests: Write", "Repositories: Write"


def bitbucket(
    repository: str, *, token: str, environ: Mapping[str, str], clock: Clock, api: str = API
) -> BitbucketForge:
    """``repository``: ``workspace/slug``; ``token``: an access token of the repository, the project or the workspace."""
    credentials = {"Authorization": f"Bearer {token}"}
    rest = Rest(name=NAME, base=api, clock=clock, environ=environ, credentials=credentials)
    return BitbucketForge(rest=rest, repository=repository)


@dataclass(kw_only=True)
class BitbucketForge:
    """One repository; what ``preview.forge.Forge`` says."""

    rest: Rest
    repository: str

    name = NAME

    def standing(self, number: int) -> Standing:
        """The pull request as it is now. The commit in it is cut, so that the whole of it is asked for: while it is open, for later
        it may be gone. Only what is missing for somebody who may list pull requests is no more."""
        doing = f"read pull request {number}"
        answer = self.rest.ask("GET", self._path(f"pullrequests/{number}"))
        if answer.status == 404:
            self._values(self.rest.ask("GET", self._path("pullrequests"), query={"pagelen": "1"}), doing=doing)
            return Standing(open=False, head="")
        self._check(answer, doing=doing)
        if (state := text_at(answer.body, "state")) in _CLOSED:
            return Standing(open=False, head="")
        head = text_at(answer.body, "source", "commit", "hash")
        if state != "OPEN" or not head:
            raise _nonsense(doing)
        return Standing(open=True, head=self._whole(head, doing=doing))

    def comment(self, number: int, *, marker: str, markdown: str, create: bool = True) -> str:
        """Have this one comment under the pull request; see ``preview.forge.Forge``. Bitbucket shows HTML comments, and so the
        marker becomes a link that nothing refers to. Nobody but its author can edit a comment: that tells whose it is."""
        hidden = _hidden(marker)
        body = _cut(markdown.replace(marker, f"{hidden}\n", 1))
        try:
            return self._comment(number, hidden, body, create=create)
        except Uncertain:
            return self._comment(number, hidden, body, create=create)

    def announce(self, deployment: Deployment) -> None:
        """A build status of the commit, with the address."""
        key = _key(deployment.group, deployment.environment)
        body: dict[str, JsonValue] = {
            "key": key,
            "name": deployment.environment,
            "state": _STATES[deployment.state],
            "url": deployment.url or deployment.log or f"https://bitbucket.org/{self.repository}",
            "description": "Preview",
        }
        path = self._path(f"commit/{deployment.commit}/statuses/build")
        doing = f"announce the deployment to {deployment.environment}"
        try:
            answer = self.rest.ask("POST", path, body=body)
        except Uncertain:  # Written again it takes its own place: it has a key.
            answer = self.rest.ask("POST", path, body=body)
        self._check(answer, doing=doing, needs=_STATUSES)

    def retire(self, group: str) -> None:
        """The statuses of this group are those of a preview that was stopped. None is no error."""
        number, doing = group.rpartition("pr-")[2], f"end the previews of {group}"
        for one in list(self._all(f"pullrequests/{number}/statuses", doing=doing, absent=True)):
            key, commit = str(one.get("key")), text_at(one, "links", "commit", "href").rpartition("/")[2]
            if key.startswith(_key(group)) and one.get("state") != _OVER and commit:
                body = {name: one.get(name) for name in ("key", "name", "url", "description")} | {"state": _OVER}
                answer = self.rest.ask("PUT", self._path(f"commit/{commit}/statuses/build/{quote(key)}"), body=body)
                self._check(answer, doing=doing, needs=_STATUSES)

    def _comment(self, number: int, marker: str, body: str, *, create: bool) -> str:
        doing, path = f"write the comment under pull request {number}", f"pullrequests/{number}/comments"
        content: dict[str, JsonValue] = {"content": {"raw": body}}
        for one in self._all(path, doing=doing):
            raw = text_at(one, "content", "raw")
            if one.get("deleted") or "id" not in one or not raw.startswith(marker):
                continue
            if raw.strip() == body.strip():
                return text_at(one, "links", "html", "href")
            answer = self.rest.ask("PUT", self._path(f"{path}/{one['id']}"), body=content)
            if answer.status not in {403, 404, 410}:  # Somebody else's, or deleted in this moment.
                self._check(answer, doing=doing)
                return text_at(one, "links", "html", "href")
        if not create:
            return ""
        answer = self.rest.ask("POST", self._path(path), body=content)
        self._check(answer, doing=doing)
        return text_at(answer.body, "links", "html", "href")

    def _whole(self, commit: str, *, doing: str) -> str:
        answer = self.rest.ask("GET", self._path(f"commit/{commit}"))
        self._check(answer, doing=doing)
        if not (whole := text_at(answer.body, "hash")).startswith(commit):
            raise _nonsense(doing)
        return whole

    def _all(self, path: str, *, doing: str, absent: bool = False) -> Iterator[dict[str, Any]]:
        """With ``absent``, nothing where there is no such thing."""
        answer = self.rest.ask("GET", self._path(path), query={"pagelen": "100"})
        for _ in range(_PAGES):
            if absent and answer.status == 404:
                return
            yield from self._values(answer, doing=doing)
            if not (following := text_at(answer.body, "next")):
                return
            answer = self.rest.ask("GET", following)

    def _values(self, answer: Answer, *, doing: str) -> list[dict[str, Any]]:
        """What is on one page."""
        self._check(answer, doing=doing)
        values = answer.body.get("values") if isinstance(answer.body, dict) else None
        if not isinstance(values, list):
            raise _nonsense(doing)
        return [one for one in values if isinstance(one, dict)]

    def _path(self, path: str) -> str:
        return f"repositories/{quote(self.repository)}/{path}"

    def _check(self, answer: Answer, *, doing: str, needs: str = _COMMENTS) -> None:
        """Raises ForgeError where Bitbucket refused."""
        if answer.ok:
            return
        said = f"Bitbucket answered {answer.status}{f': {answer.message}' if answer.message else ''}"
        why, fix = _ADVICE.get(answer.status, ("", "look at what Bitbucket says; its documentation explains the words"))
        what = f"could not {doing} in {self.repository}"
        raise ForgeError(what, why=f"{said}.{why}", fix=fix.format(needs=needs))


_TOKEN = (
    "give the step a repository access token with the right “{needs}” as the secured variable BITBUCKET_ACCESS_TOKEN"
)
_ADVICE = {
    401: (" The token is wrong, or has expired.", _TOKEN),
    403: (" The token has not the right.", _TOKEN),
    404: (" It is not there, or the token has not the right to know of it.", _TOKEN),
}


def _nonsense(doing: str) -> ForgeError:
    """A sign-in page instead of an answer, say: what it does not say must not be taken for closed."""
    fix = "see whether a proxy stands between this step and Bitbucket"
    return ForgeError(f"could not {doing}", why="The answer is not what Bitbucket's API answers.", fix=fix)


def _hidden(marker: str) -> str:
    """``<!-- lambda-ci … -->`` → ``[//]: # (lambda-ci …)``."""
    return _MARKER.sub(r"[//]: # (\1)", marker)


def _key(group: str, environment: str = "") -> str:
    """40 characters at most: the group's part, and the environment's."""
    parts = [hashlib.sha256(part.encode()).hexdigest()[:12] for part in (group, environment) if part]
    return "-".join(["lambda-ci", *parts])


def _cut(markdown: str) -> str:
    notice = "\n\n…\n\n*This comment was cut. The log of the step has all of it.*\n"
    return markdown if len(markdown) <= LONGEST_COMMENT else markdown[: LONGEST_COMMENT - len(notice)] + notice
