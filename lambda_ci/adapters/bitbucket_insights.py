"""Bitbucket Cloud's API, as far as a step of a pipeline may use it: reports on a commit, through the pipeline's own proxy.

Source: developer.atlassian.com, "Reports" in the REST API of Bitbucket Cloud; support.atlassian.com, "Code insights".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import requests

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import JsonValue

PROXIES = ("http://localhost:29418", "http://host.docker.internal:29418")
"""They sign requests for the step: the first one in the step's own container, the second one in a pipe's."""
MOST_ANNOTATIONS = 1000
"""Of one report."""
_AT_ONCE = 100
_TIMEOUT = (2.0, 15.0)


@dataclass(frozen=True, kw_only=True)
class Insights:
    """Reports on one commit. ``repository``: ``workspace/slug``. The address is http: the proxy could not sign https."""

    repository: str
    commit: str
    proxies: Sequence[str] = PROXIES
    api: str = "http://api.bitbucket.org/2.0"

    def report(self, name: str, report: Mapping[str, JsonValue], annotations: Sequence[Mapping[str, JsonValue]]) -> str:
        """Put a report in the place of the one of that name; returns why it could not be, or nothing."""
        why = "no proxy of a pipeline answers"
        for proxy in self.proxies:
            try:
                return self._report(proxy, name, report, annotations[:MOST_ANNOTATIONS])
            except requests.ConnectionError:
                continue
            except requests.RequestException as error:
                why = type(error).__name__
        return why

    def _report(
        self,
        proxy: str,
        name: str,
        report: Mapping[str, JsonValue],
        annotations: Sequence[Mapping[str, JsonValue]],
    ) -> str:
        url = f"{self.api}/repositories/{quote(self.repository)}/commit/{quote(self.commit)}/reports/{quote(name)}"
        with requests.Session() as session:
            session.trust_env = False
            session.proxies = {"http": proxy}
            session.delete(url, timeout=_TIMEOUT)
            answers = [session.put(url, json=report, timeout=_TIMEOUT)]
            for start in range(0, len(annotations), _AT_ONCE):
                batch = annotations[start : start + _AT_ONCE]
                answers.append(session.post(f"{url}/annotations", json=batch, timeout=_TIMEOUT))
        return next((f"Bitbucket answered {one.status_code}" for one in answers if not one.ok), "")
