"""Bitbucket Cloud's API for one repository: keeps what it is told, and answers in the shapes of its REST API 2.0.

Commits in pull requests are cut to 12 characters; comments can be edited by their authors only; a build status has a key of 40
characters at most, and writing it again replaces it.
"""

from __future__ import annotations

from typing import Any

from tests.fakes.json_server import Asked, JsonServer, Reply

REPOSITORY = "team/shop"
TOKEN = "the-repository-access-token"
PAGE = 2


class BitbucketServer(JsonServer):
    """``pulls``: head and state by number; ``comments`` by pull request; ``statuses`` by commit and key."""

    def __init__(self) -> None:
        super().__init__()
        self.pulls: dict[int, dict[str, str]] = {}
        self.comments: dict[int, list[dict[str, Any]]] = {}
        self.statuses: dict[tuple[str, str], dict[str, Any]] = {}
        self._next = 700
        here = f"/2.0/repositories/{REPOSITORY}"
        pull = rf"{here}/pullrequests/(\d+)"
        self.routes = {
            f"GET {here}/pullrequests": lambda _: Reply(body={"values": [{"id": one} for one in self.pulls]}),
            f"GET {pull}": self._pull,
            f"GET {pull}/comments": lambda asked: self._page(self.comments[int(asked.names[0])], asked),
            f"POST {pull}/comments": lambda asked: Reply(201, self.comment(int(asked.names[0]), _raw(asked))),
            rf"PUT {pull}/comments/(\d+)": self._edit,
            f"GET {pull}/statuses": self._of_pull,
            f"GET {here}/commit/([0-9a-f]+)": self._commit,
            f"POST {here}/commit/([0-9a-f]+)/statuses/build": self._status,
            f"PUT {here}/commit/([0-9a-f]+)/statuses/build/([^/]+)": self._status,
        }

    @property
    def api(self) -> str:
        return f"{self.url}/2.0"

    def open(self, number: int, *, head: str, state: str = "OPEN") -> None:
        self.pulls[number] = {"head": head, "state": state}
        self.comments.setdefault(number, [])

    def answer(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") == f"Bearer {TOKEN}":
            return super().answer(asked)
        self.asked.append(asked)
        return Reply(
            401, {"type": "error", "error": {"message": "Token is invalid or not supported for this endpoint."}}
        )

    def comment(self, number: int, raw: str, *, mine: bool = True) -> dict[str, Any]:
        self._next += 1
        address = f"https://bitbucket.org/{REPOSITORY}/pull-requests/{number}/_/diff#comment-{self._next}"
        made = {
            "id": self._next,
            "content": {"raw": raw, "markup": "markdown"},
            "deleted": False,
            "mine": mine,
            "links": {"html": {"href": address}},
        }
        self.comments[number].append(made)
        return made

    def _pull(self, asked: Asked) -> Reply:
        number = int(asked.names[0])
        if number not in self.pulls:
            return Reply(404, {"type": "error", "error": {"message": "Not found"}})
        found = self.pulls[number]
        return Reply(body={"id": number, "state": found["state"], "source": {"commit": {"hash": found["head"][:12]}}})

    def _commit(self, asked: Asked) -> Reply:
        heads = [one["head"] for one in self.pulls.values()]
        return Reply(body={"hash": next(head for head in heads if head.startswith(asked.names[0]))})

    def _page(self, listed: list[dict[str, Any]], asked: Asked) -> Reply:
        page = int(asked.query.get("page", "1"))
        body: dict[str, Any] = {"values": listed[(page - 1) * PAGE : page * PAGE], "pagelen": PAGE}
        if page * PAGE < len(listed):
            body["next"] = f"{self.url}{asked.path}?page={page + 1}"
        return Reply(body=body)

    def _edit(self, asked: Asked) -> Reply:
        found = next((one for one in self.comments[int(asked.names[0])] if one["id"] == int(asked.names[1])), None)
        if found is None:
            return Reply(404, {"type": "error", "error": {"message": "Not found"}})
        if not found["mine"]:
            return Reply(403, {"type": "error", "error": {"message": "You may only edit your own comments."}})
        found["content"]["raw"] = _raw(asked)
        return Reply(body=found)

    def _status(self, asked: Asked) -> Reply:
        commit, key = asked.names[0], asked.body["key"]
        assert len(key) <= 40
        assert asked.body["url"].startswith("https://")
        assert asked.body["state"] in {"INPROGRESS", "SUCCESSFUL", "FAILED", "STOPPED"}
        links = {"commit": {"href": f"{self.api}/repositories/{REPOSITORY}/commit/{commit}"}}
        self.statuses[commit, key] = {**asked.body, "links": links}
        return Reply(201, self.statuses[commit, key])

    def _of_pull(self, asked: Asked) -> Reply:
        number = int(asked.names[0])
        if number not in self.pulls:
            return Reply(404, {"type": "error", "error": {"message": "Not found"}})
        return self._page(list(self.statuses.values()), asked)


def _raw(asked: Asked) -> str:
    return str(asked.body["content"]["raw"]).strip()
