"""Whether an address answers: one request, of which only the status and a header are looked at. Import it late."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import requests

from lambda_ci.adapters.http import plain, trust

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONNECT, _READ = 10.0, 30.0


@dataclass(frozen=True, kw_only=True)
class Echo:
    """``status`` is 0 where nothing answered, and then ``why`` says why. ``refusal``: Lambda's own word (``x-amzn-ErrorType``)."""

    status: int
    refusal: str = ""
    why: str = ""


def probe(url: str, *, environ: Mapping[str, str]) -> Echo:
    """GET, without credentials and without following redirects. Never raises for what the network does."""
    try:
        with requests.Session() as session:
            session.auth = _nobody
            with session.get(
                url, timeout=(_CONNECT, _READ), allow_redirects=False, stream=True, verify=trust(environ)
            ) as response:
                word = response.headers.get("x-amzn-ErrorType", "").partition(":")[0]
                return Echo(status=response.status_code, refusal=word)
    except (requests.RequestException, OSError) as error:
        return Echo(status=0, why=plain(error))


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps requests from looking for credentials in ~/.netrc."""
    return request
