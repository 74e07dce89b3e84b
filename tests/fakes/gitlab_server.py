"""GitLab's API for one project: keeps what it is told, and answers in the shapes of docs.gitlab.com (REST API v4).

Notes can be edited by their authors only; an environment's name is unique; a deployment that has ended changes no more, and one
that a job made nobody may change; a token without rights is told that the project is not there.
"""

from __future__ import annotations

from typing import Any

from tests.fakes.json_server import Asked, JsonServer, Reply

PROJECT = "42"
TOKEN = "glpat-of-the-project"
BOT = {"id": 7, "username": "project_42_bot", "name": "lambda-ci"}
STRANGER = {"id": 8, "username": "mallory", "name": "Mallory"}
ENDED = {"success", "failed", "canceled"}
PAGE = 2
"""Of a list: small, so that pages are turned."""


class GitLabServer(JsonServer):
    """``merge_requests`` by number, ``notes`` by merge request; the rest in the order of their numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.merge_requests: dict[int, dict[str, str]] = {}
        self.notes: dict[int, list[dict[str, Any]]] = {}
        self.environments: list[dict[str, Any]] = []
        self.deployments: list[dict[str, Any]] = []
        self._next = 100
        project = f"/api/v4/projects/{PROJECT}"
        merge_request = rf"{project}/merge_requests/(\d+)"
        self.routes = {
            "GET /api/v4/user": lambda _: Reply(body=BOT),
            f"GET {project}/merge_requests": lambda _: Reply(
                body=[{"id": 1, "iid": one} for one in self.merge_requests]
            ),
            f"GET {merge_request}": self._merge_request,
            f"GET {merge_request}/notes": lambda asked: self._page(self.notes.get(int(asked.names[0]), []), asked),
            f"POST {merge_request}/notes": self._write,
            rf"PUT {merge_request}/notes/(\d+)": self._edit,
            f"GET {project}/environments": self._look,
            f"POST {project}/environments": self._environment,
            rf"PUT {project}/environments/(\d+)": lambda asked: self._change(self.environments, asked),
            rf"POST {project}/environments/(\d+)/stop": self._stop,
            f"GET {project}/deployments": self._deployed,
            f"POST {project}/deployments": self._deploy,
            rf"PUT {project}/deployments/(\d+)": self._finish,
        }

    @property
    def api(self) -> str:
        return f"{self.url}/api/v4"

    def open(self, number: int, *, head: str, state: str = "opened") -> None:
        self.merge_requests[number] = {"state": state, "sha": head}
        self.notes.setdefault(number, [])

    def answer(self, asked: Asked) -> Reply:
        given = asked.headers.get("private-token")
        if given == TOKEN:
            return super().answer(asked)
        self.asked.append(asked)
        return (
            Reply(404, {"message": "404 Project Not Found"}) if given else Reply(401, {"message": "401 Unauthorized"})
        )

    def note(self, number: int, body: str, author: dict[str, Any]) -> dict[str, Any]:
        self._next += 1
        made = {"id": self._next, "body": body, "author": author, "system": False, "noteable_iid": number}
        self.notes[number].append(made)
        return made

    def start_job(self, environment: str, sha: str) -> None:
        """A job with this ``environment:`` makes it, and a deployment to it that ends with the job."""
        self._next += 2
        self.environments.append({"id": self._next, "name": environment, "state": "available", "external_url": None})
        made = {"id": self._next + 1, "sha": sha, "status": "running", "environment": {"name": environment}}
        self.deployments.append({**made, "deployable": {"name": "preview"}})
        self._next += 1

    def _merge_request(self, asked: Asked) -> Reply:
        number = int(asked.names[0])
        if number not in self.merge_requests:
            return Reply(404, {"message": "404 Not found"})
        return Reply(body={"iid": number, **self.merge_requests[number]})

    def _page(self, listed: list[dict[str, Any]], asked: Asked) -> Reply:
        page = int(asked.query.get("page", "1"))
        more = page * PAGE < len(listed)
        link = f'<{self.url}{asked.path}?page={page + 1}>; rel="next"' if more else ""
        return Reply(body=listed[(page - 1) * PAGE : page * PAGE], headers={"Link": link} if link else {})

    def _write(self, asked: Asked) -> Reply:
        return Reply(201, self.note(int(asked.names[0]), asked.body["body"].strip(), BOT))

    def _edit(self, asked: Asked) -> Reply:
        found = next((one for one in self.notes[int(asked.names[0])] if one["id"] == int(asked.names[1])), None)
        if found is None:
            return Reply(404, {"message": "404 Note Not Found"})
        if found["author"] != BOT:
            return Reply(403, {"message": "403 Forbidden"})
        found["body"] = asked.body["body"].strip()
        return Reply(body=found)

    def _look(self, asked: Asked) -> Reply:
        search, name, state = (asked.query.get(one, "") for one in ("search", "name", "states"))
        found = [
            one
            for one in self.environments
            if search in one["name"] and name in {"", one["name"]} and state in {"", one["state"]}
        ]
        return self._page(found, asked)

    def _environment(self, asked: Asked) -> Reply:
        if any(one["name"] == asked.body["name"] for one in self.environments):
            return Reply(400, {"message": {"name": ["has already been taken"]}})
        self._next += 1
        made = {"id": self._next, "state": "available", "external_url": None, **asked.body}
        self.environments.append(made)
        return Reply(201, made)

    def _change(self, listed: list[dict[str, Any]], asked: Asked) -> Reply:
        found = next(one for one in listed if one["id"] == int(asked.names[-1]))
        found.update(asked.body)
        return Reply(body=found)

    def _stop(self, asked: Asked) -> Reply:
        return self._change(self.environments, Asked(**{**vars(asked), "body": {"state": "stopped"}}))

    def _deployed(self, asked: Asked) -> Reply:
        found = [one for one in self.deployments if one["environment"]["name"] == asked.query["environment"]]
        return self._page(found[::-1], asked)

    def _deploy(self, asked: Asked) -> Reply:
        assert asked.body.keys() == {"environment", "sha", "ref", "tag", "status"}
        environment = next(one for one in self.environments if one["name"] == asked.body["environment"])
        environment["state"] = "available"
        self._next += 1
        made = {**asked.body, "id": self._next, "environment": {"name": environment["name"]}}
        self.deployments.append(made)
        return Reply(201, made)

    def _finish(self, asked: Asked) -> Reply:
        found = next(one for one in self.deployments if one["id"] == int(asked.names[0]))
        if found.get("deployable"):
            return Reply(403, {"message": "403 Forbidden - Deployments created using GitLab CI can not be updated"})
        if found["status"] in ENDED or found["status"] == asked.body["status"]:
            return Reply(400, {"message": "Cannot transition status"})
        return self._change(self.deployments, asked)
