"""GitHub's API for one repository: keeps what it is told, and holds requests and its own answers to GitHub's OpenAPI description.

with GitHubServer() as github:
    github.open(7, head="a" * 40)
    ... environ={"GITHUB_API_URL": github.url, "GITHUB_TOKEN": github.token, **github.event("opened")} ...
    assert github.pulls[7].comments[0]["body"].startswith("<!--")
    assert not github.violations
"""

from __future__ import annotations

import copy
import json
import re
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.fakes.github_contract import description, errors, example, operation_of, wrong
from tests.fakes.github_faults import Fault, Refusal
from tests.fakes.http_server import HttpHandler, HttpServer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["BOT", "REPOSITORY", "TOKEN", "Fault", "GitHubServer", "Pull", "Refusal"]

REPOSITORY = "Codertocat/Hello-World"
TOKEN = "ghs_the-token-of-the-job"
BOT = "github-actions[bot]"
MOMENT = "2026-11-21T08:00:00Z"


@dataclass
class Pull:
    """``comments`` and their authors as the API shows them."""

    head: str
    branch: str = "changes"
    owner: str = "Codertocat"
    state: str = "open"
    home: str = REPOSITORY
    """The repository that its branch is in."""
    comments: list[dict[str, Any]] = field(default_factory=list)


class GitHubServer(HttpServer):
    """``violations``: where a request or an answer is not as GitHub describes it."""

    def __init__(self, *, prefix: str = "") -> None:
        super().__init__(_Handler)
        self.prefix, self.token, self.login, self.kind = prefix, TOKEN, BOT, "Bot"
        self.permissions = {"pulls", "comments", "deployments"}
        self.pulls: dict[int, Pull] = {}
        self.deployments: list[dict[str, Any]] = []
        self.statuses: dict[int, list[dict[str, Any]]] = {}
        self.requests: list[str] = []
        self.violations: list[str] = []
        self.faults: list[Fault] = []
        self.lock = threading.RLock()
        self._next = iter(range(1000, 100_000))

    @property
    def api(self) -> str:
        return f"{self.url}{self.prefix}"

    def open(self, number: int, *, head: str) -> Pull:
        self.pulls[number] = Pull(head=head)
        return self.pulls[number]

    def say(self, number: int, body: str, *, login: str, kind: str = "User") -> dict[str, Any]:
        """A comment of somebody's."""
        user = {**example("opened")["pull_request"]["user"], "login": login, "type": kind}
        number_of_comment = next(self._next)
        url = f"https://github.com/{REPOSITORY}/pull/{number}#issuecomment-{number_of_comment}"
        comment = {
            "id": number_of_comment, "node_id": "IC_x", "body": body, "user": user, "created_at": MOMENT,
            "updated_at": MOMENT, "html_url": url, "url": f"{self.api}/comments/{number_of_comment}",
            "issue_url": f"{self.api}/issues/{number}", "author_association": "NONE",
        }  # fmt: skip
        self.pulls[number].comments.append(comment)
        return comment

    def states(self, environment: str) -> list[str]:
        """The last state of each deployment, the oldest first."""
        found = [one for one in self.deployments if one["environment"] == environment]
        return [self.statuses[one["id"]][-1]["state"] if self.statuses[one["id"]] else "" for one in found]

    def noted(self, line: str) -> Fault | None:
        """Remember a request; what is to become of it."""
        self.requests.append(line)
        fault = next((one for one in self.faults if one.times and re.search(one.pattern, line)), None)
        if fault:
            fault.times -= 1
        return fault

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Any) -> tuple[int, Any, dict[str, str]]:  # noqa: ANN401
        template, found = operation_of(path)
        operation = description()["paths"].get(template, {}).get(method.lower())
        if operation is None:
            raise Refusal(404, "Not Found")
        if problems := list(wrong(operation, query, body)):
            self.violations += [f"{method} {path}: {one}" for one in problems]
            raise Refusal(422, f"Validation Failed: {problems[0]}")
        number = int(next((text for name, text in found.items() if name not in {"owner", "repo"}), 0))
        status, answer = _ROUTES[method, template](self, number, query, body)
        page, headers = self._page(answer, path, query) if isinstance(answer, list) else (answer, {})
        if status == 204:
            return status, None, headers
        schema = operation["responses"][str(status)]["content"]["application/json"]["schema"]
        self.violations += [f"{method} {path} answers: {error.message}" for error in errors(schema, page)]
        return status, page, headers

    def _page(self, answer: list[Any], path: str, query: Mapping[str, str]) -> tuple[list[Any], dict[str, str]]:
        size, page = int(query.get("per_page", "30")), int(query.get("page", "1"))
        if page * size >= len(answer):
            return answer[(page - 1) * size :], {}
        following = urlencode({**query, "page": str(page + 1)})
        link = f'<{self.api}{path}?{following}>; rel="next", <{self.api}{path}?page=99>; rel="last"'
        return answer[(page - 1) * size : page * size], {"Link": link}

    def allow(self, permission: str) -> None:
        if permission not in self.permissions:
            raise Refusal(403, "Resource not accessible by integration")

    def pull(self, number: int) -> Pull:
        self.allow("pulls")
        if number not in self.pulls:
            raise Refusal(404, "Not Found")
        return self.pulls[number]

    def user(self, *_: object) -> tuple[int, Any]:
        if self.kind == "Bot":
            raise Refusal(403, "Resource not accessible by integration")
        user = example("opened")["pull_request"]["user"]
        counts = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
        profile = dict.fromkeys(("name", "company", "blog", "location", "email", "hireable", "bio"), None)
        return 200, {
            **profile,
            "blog": "",
            **counts,
            **user,
            "login": self.login,
            "created_at": MOMENT,
            "updated_at": MOMENT,
        }

    def get_pull(self, number: int, *_: object) -> tuple[int, Any]:
        return 200, self.shown(number, self.pull(number))

    def shown(self, number: int, pull: Pull) -> Any:  # noqa: ANN401
        shown = copy.deepcopy(example("opened")["pull_request"])
        shown |= {"number": number, "state": pull.state}
        shown["head"]["repo"]["full_name"] = pull.home
        shown["head"] |= {"sha": pull.head, "ref": pull.branch, "label": f"{pull.owner}:{pull.branch}"}
        return shown

    def list_pulls(self, _number: int, query: Mapping[str, str], *_: object) -> tuple[int, Any]:
        self.allow("pulls")
        found = {n: one for n, one in self.pulls.items() if query.get("state", "open") in {one.state, "all"}}
        label = query.get("head")
        return 200, [self.shown(n, one) for n, one in found.items() if label in {None, f"{one.owner}:{one.branch}"}]

    def list_comments(self, number: int, *_: object) -> tuple[int, Any]:
        return 200, list(self.pull(number).comments)

    def create_comment(self, number: int, _query: object, body: Any) -> tuple[int, Any]:  # noqa: ANN401
        pull = self.pull(number)
        self.allow("comments")
        self.say(number, body["body"], login=self.login, kind=self.kind)
        return 201, pull.comments[-1]

    def edit_comment(self, number: int, _query: object, body: Any) -> tuple[int, Any]:  # noqa: ANN401
        self.allow("comments")
        for one in (one for pull in self.pulls.values() for one in pull.comments if one["id"] == number):
            if one["user"]["login"] != self.login:
                raise Refusal(403, "Resource not accessible by integration")
            one["body"] = body["body"]
            return 200, one
        raise Refusal(404, "Not Found")

    def delete_comment(self, number: int, *_: object) -> tuple[int, Any]:
        self.allow("comments")
        for pull in self.pulls.values():
            pull.comments[:] = [one for one in pull.comments if one["id"] != number]
        return 204, None

    def list_deployments(self, _number: int, query: Mapping[str, str], *_: object) -> tuple[int, Any]:
        self.allow("deployments")
        wanted = {name: query[name] for name in ("sha", "ref", "task", "environment") if name in query}
        return 200, [one for one in self.deployments[::-1] if all(one[name] == text for name, text in wanted.items())]

    def create_deployment(self, _number: int, _query: object, body: Any) -> tuple[int, Any]:  # noqa: ANN401
        self.allow("deployments")
        number = next(self._next)
        url = f"{self.api}/repos/{REPOSITORY}/deployments/{number}"
        made = {
            "id": number, "node_id": "DE_x", "sha": body["ref"], "ref": body["ref"], "task": body["task"], "payload": {},
            "environment": body["environment"], "original_environment": body["environment"], "description": None,
            "creator": None, "created_at": MOMENT, "updated_at": MOMENT, "url": url, "statuses_url": f"{url}/statuses",
            "repository_url": f"{self.api}/repos/{REPOSITORY}", "transient_environment": body["transient_environment"],
            "production_environment": body["production_environment"],
        }  # fmt: skip
        self.deployments.append(made)
        self.statuses[number] = []
        return 201, made

    def list_statuses(self, number: int, *_: object) -> tuple[int, Any]:
        self.allow("deployments")
        return 200, self.statuses[number][::-1]

    def create_status(self, number: int, _query: object, body: Any) -> tuple[int, Any]:  # noqa: ANN401
        self.allow("deployments")
        url = f"{self.api}/repos/{REPOSITORY}/deployments/{number}"
        made = {
            "id": next(self._next), "node_id": "DES_x", "state": body["state"], "creator": None, "description": "",
            "target_url": body.get("log_url", url), "created_at": MOMENT, "updated_at": MOMENT, "deployment_url": url, "repository_url": url,
            "url": f"{url}/statuses/1", **{name: body[name] for name in ("environment_url", "log_url") if name in body},
        }  # fmt: skip
        self.statuses[number].append(made)
        return 201, made


_REPO = "/repos/{owner}/{repo}"
_ROUTES: dict[tuple[str, str], Callable[..., tuple[int, Any]]] = {
    ("GET", "/user"): GitHubServer.user,
    ("GET", f"{_REPO}/pulls"): GitHubServer.list_pulls,
    ("GET", f"{_REPO}/pulls/{{pull_number}}"): GitHubServer.get_pull,
    ("GET", f"{_REPO}/issues/{{issue_number}}/comments"): GitHubServer.list_comments,
    ("POST", f"{_REPO}/issues/{{issue_number}}/comments"): GitHubServer.create_comment,
    ("PATCH", f"{_REPO}/issues/comments/{{comment_id}}"): GitHubServer.edit_comment,
    ("DELETE", f"{_REPO}/issues/comments/{{comment_id}}"): GitHubServer.delete_comment,
    ("GET", f"{_REPO}/deployments"): GitHubServer.list_deployments,
    ("POST", f"{_REPO}/deployments"): GitHubServer.create_deployment,
    ("GET", f"{_REPO}/deployments/{{deployment_id}}/statuses"): GitHubServer.list_statuses,
    ("POST", f"{_REPO}/deployments/{{deployment_id}}/statuses"): GitHubServer.create_status,
}


class _Handler(HttpHandler):
    server: GitHubServer

    def _serve(self) -> None:
        body = self.body()
        url = urlsplit(self.path)
        path = url.path.removeprefix(self.server.prefix)
        with self.server.lock:
            fault = self.server.noted(f"{self.command} {path}")
        if fault and fault.hangs:
            fault.reached.set()
            self.server.closing.wait()
            return
        if fault and fault.before:
            fault.before()
            fault = None
        with self.server.lock:
            try:
                if fault and not fault.after:
                    raise fault.refusal
                if self.headers.get("Authorization") != f"Bearer {self.server.token}":
                    raise Refusal(401, "Bad credentials")
                query = dict(parse_qsl(url.query))
                status, answer, headers = self.server.answer(self.command, path, query, json.loads(body or b"null"))
                if fault:
                    raise fault.refusal
            except Refusal as refusal:
                status, answer, headers = refusal.status, {"message": refusal.message}, dict(refusal.headers)
        if status == 0:
            self.reset()
            return
        self.send(status, {"Content-Type": "application/json", **headers}.items(), json.dumps(answer).encode())

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve
