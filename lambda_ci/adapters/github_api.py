"""GitHub's REST API, as far as previews need it: pull requests, their comments, and deployments.

Source: docs.github.com, REST API 2022-11-28: "Pulls", "Issue comments", "Deployments", "Deployment statuses", "Users".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lambda_ci.adapters.rest import Rest, Uncertain, text_at
from lambda_ci.errors import ForgeError
from lambda_ci.model.preview import Standing, State

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

    from lambda_ci.adapters.rest import Answer, Method
    from lambda_ci.console import Clock
    from lambda_ci.model.preview import Deployment

NAME = "GitHub"
API = "https://api.github.com"
LONGEST_COMMENT = 65_536
"""Characters."""
_STATES = {State.RUNNING: "in_progress", State.SUCCESS: "success", State.FAILURE: "failure"}
_INACTIVE = "inactive"
_MOST = "100"
"""Of one page."""
_COMMENTS, _DEPLOYMENTS, _PULLS = "pull-requests: write", "deployments: write", "pull-requests: read"


def github(repository: str, *, token: str, environ: Mapping[str, str], clock: Clock) -> GitHub:
    """``repository``: ``owner/repo`` on the GitHub that ``GITHUB_API_URL`` names (a GitHub Enterprise Server's ends in /api/v3)."""
    rest = Rest(
        name=NAME,
        base=environ.get("GITHUB_API_URL") or API,
        clock=clock,
        environ=environ,
        credentials={"Authorization": f"Bearer {token}"},
        headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
    )
    return GitHub(rest=rest, repository=repository)


@dataclass(kw_only=True)
class GitHub:
    """One repository; what ``preview.forge.Forge`` says. Close it, or use its ``rest`` in a ``with`` statement."""

    rest: Rest
    repository: str

    name = NAME

    def standing(self, number: int) -> Standing:
        """The pull request as it is now. None is ever deleted: 404 is a token that may not know of the repository."""
        found = self._ask("GET", f"pulls/{number}", doing=f"read pull request {number}", needs=_PULLS)
        state, head = text_at(found, "state"), text_at(found, "head", "sha")
        if not (state and head):
            raise _nonsense(f"read pull request {number}")
        return Standing(open=state == "open", head=head)

    def pull_of(self, *, owner: str, branch: str, commit: str) -> Mapping[str, Any] | None:
        """The open pull request from ``owner``'s branch (also a fork's), if its head is this very commit."""
        query = {"state": "open", "head": f"{owner}:{branch}", "per_page": _MOST}
        for one in self._all("pulls", query, doing=f"look for the pull request of {commit[:12]}", needs=_PULLS):
            if text_at(one, "head", "sha") == commit:
                return one
        return None

    def comment(self, number: int, *, marker: str, markdown: str, create: bool = True) -> str:
        """Have this one comment under the pull request; see ``preview.forge.Forge``."""
        body = cut(markdown)
        try:
            return self._comment(number, marker, body, create=create)
        except Uncertain:
            return self._comment(number, marker, body, create=create)

    def announce(self, deployment: Deployment) -> None:
        """Show a deployment. GitHub ends older ones by itself only where they are not transient: it is done here."""
        query = {"task": deployment.group, "environment": deployment.environment, "per_page": _MOST}
        doing = f"announce the deployment to {deployment.environment}"
        known = list(self._all("deployments", query, doing=doing, needs=_DEPLOYMENTS))
        mine = next((one for one in known if one.get("sha") == deployment.commit), None) or self._create(deployment)
        status: dict[str, JsonValue] = {"state": _STATES[deployment.state], "auto_inactive": False}
        status |= {"environment_url": deployment.url} if deployment.url else {}
        status |= {"log_url": deployment.log} if deployment.log else {}
        self._post(f"deployments/{mine['id']}/statuses", status, doing=doing, needs=_DEPLOYMENTS)
        if deployment.state is State.SUCCESS:
            self._end([one for one in known if one["id"] != mine["id"]], all_of_them=False)

    def retire(self, group: str) -> None:
        """Every deployment of this group is inactive."""
        query = {"task": group, "per_page": _MOST}
        doing = f"look for the deployments of {group}"
        self._end(list(self._all("deployments", query, doing=doing, needs=_DEPLOYMENTS)), all_of_them=True)

    def _comment(self, number: int, marker: str, body: str, *, create: bool) -> str:
        doing = f"write the comment under pull request {number}"
        mine = self._mine(number, marker, doing=doing)
        if mine is None:
            if not create:
                return ""
            return self._new(number, marker, body, doing=doing)
        if mine.get("body") == body:
            return text_at(mine, "html_url")
        found = self._ask("PATCH", f"issues/comments/{mine['id']}", {"body": body}, doing=doing, absent=True)
        if found is None:  # Somebody deleted it in this moment.
            return self._new(number, marker, body, doing=doing)
        return text_at(found, "html_url")

    def _new(self, number: int, marker: str, body: str, *, doing: str) -> str:
        """Where another run wrote its first one in the same moment, the older of the two stays, with this text."""
        made = self._post(f"issues/{number}/comments", {"body": body}, doing=doing)
        first = self._mine(number, marker, doing=doing)
        if first is None or not isinstance(made, dict) or first["id"] == made.get("id"):
            return text_at(made, "html_url")
        kept = self._ask("PATCH", f"issues/comments/{first['id']}", {"body": body}, doing=doing, absent=True)
        if kept is None:
            return text_at(made, "html_url")
        self._ask("DELETE", f"issues/comments/{made['id']}", doing=doing, absent=True)
        return text_at(kept, "html_url")

    def _mine(self, number: int, marker: str, *, doing: str) -> dict[str, Any] | None:
        """The first comment with the marker that this token's own author wrote. Anybody can write the marker."""
        found = self._all(f"issues/{number}/comments", {"per_page": _MOST}, doing=doing)
        login: str | None = None
        for one in found:
            if not str(one.get("body") or "").startswith(marker):
                continue
            login = self._login() if login is None else login
            if text_at(one, "user", "login") == login or (not login and text_at(one, "user", "type") == "Bot"):
                return one
        return None

    def _login(self) -> str:
        """Whose token this is; empty for an app's (such as the job's own), which GitHub does not let ask."""
        answer = self.rest.ask("GET", "user")
        return text_at(answer.body, "login") if answer.ok else ""

    def _create(self, deployment: Deployment) -> dict[str, Any]:
        """Without merging the base branch, and whatever checks are still running: it is deployed already."""
        body: dict[str, JsonValue] = {
            "ref": deployment.commit,
            "task": deployment.group,
            "environment": deployment.environment,
            "auto_merge": False,
            "required_contexts": [],
            "transient_environment": True,
            "production_environment": False,
        }
        doing = f"announce the deployment to {deployment.environment}"
        made = self._post("deployments", body, doing=doing, needs=_DEPLOYMENTS)
        if not isinstance(made, dict) or "id" not in made:
            raise _nonsense(doing)
        return made

    def _end(self, deployments: list[dict[str, Any]], *, all_of_them: bool) -> None:
        """Newest first; unless ``all_of_them``, only down to the first that is over: the run that ended it ended those before."""
        doing = "end the deployments that are over"
        for one in deployments:
            path = f"deployments/{one['id']}/statuses"
            last = self._ask("GET", path, query={"per_page": "1"}, doing=doing, needs=_DEPLOYMENTS)
            if isinstance(last, list) and last and text_at(last[0], "state") == _INACTIVE:
                if all_of_them:
                    continue
                return
            self._post(path, {"state": _INACTIVE}, doing=doing, needs=_DEPLOYMENTS)

    def _all(
        self, path: str, query: Mapping[str, str], *, doing: str, needs: str = _COMMENTS
    ) -> Iterator[dict[str, Any]]:
        for answer in self.rest.pages(f"repos/{self.repository}/{path}", query=query):
            self._check(answer, doing=doing, needs=needs)
            if not isinstance(answer.body, list):
                raise _nonsense(doing)
            yield from (one for one in answer.body if isinstance(one, dict))

    def _post(self, path: str, body: JsonValue, *, doing: str, needs: str = _COMMENTS) -> Any:  # noqa: ANN401 - JSON
        return self._ask("POST", path, body, doing=doing, needs=needs)

    def _ask(
        self,
        method: Method,
        path: str,
        body: JsonValue = None,
        *,
        doing: str,
        query: Mapping[str, str] | None = None,
        needs: str = _COMMENTS,
        absent: bool = False,
    ) -> Any:  # noqa: ANN401 - JSON
        """The answer's JSON; with ``absent``, ``None`` for what is not there."""
        answer = self.rest.ask(method, f"repos/{self.repository}/{path}", query=query, body=body)
        if absent and answer.status in {404, 410}:
            return None
        self._check(answer, doing=doing, needs=needs)
        return answer.body

    def _check(self, answer: Answer, *, doing: str, needs: str) -> None:
        """Raises ForgeError where GitHub refused. It says 404 as well where the token may not even know."""
        if answer.ok:
            return
        words = answer.message.rstrip(".")
        said = f"GitHub answered {answer.status}{words and f': {words}'}"
        why, fix = (
            _LOCKED
            if "is locked" in words
            else _ADVICE.get(answer.status, (".", "look at what GitHub says; its documentation explains the words"))
        )
        what = f"could not {doing} in {self.repository}"
        raise ForgeError(what, why=f"{said}{why}", fix=fix.format(needs=needs))


_RIGHT = (
    "give the job that right, together with those it has: `permissions: {{{needs}, …}}`; a token of your own needs the same. "
    "The token of a pull request from a fork, and of Dependabot's, can only read"
)
_LOCKED = (". Only collaborators may write there.", "unlock the conversation, or announce deployments instead")
_ADVICE = {
    401: (
        ". The token is wrong, has expired, or its job is over.",
        "pass the job's own token: `env: {{GITHUB_TOKEN: ${{{{ github.token }}}}}}`; on another CI system, make a new one",
    ),
    403: (". The token has not the right.", _RIGHT),
    404: (". It is not there, or the token has not the right to know of it.", _RIGHT),
    410: (". Issues, and with them comments, are switched off in the repository.", "announce deployments instead"),
    422: (". It does not take the request as it is.", "this may be a bug in lambda-ci; please report it"),
}


def cut(markdown: str, *, most: int = LONGEST_COMMENT) -> str:
    """At most so many characters, ending with a notice if it was cut."""
    notice = "\n\n…\n\n*This comment was cut. The job's summary has all of it.*\n"
    return markdown if len(markdown) <= most else markdown[: most - len(notice)] + notice


def _nonsense(doing: str) -> ForgeError:
    fix = "look at GITHUB_API_URL: is it the API of a GitHub?"
    return ForgeError(f"could not {doing}", why="The answer is not what GitHub's API answers.", fix=fix)
