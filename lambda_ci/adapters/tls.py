"""Certificate authorities for many connections of one pool."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from requests.adapters import DEFAULT_CA_BUNDLE_PATH, HTTPAdapter
from urllib3.util.ssl_ import create_urllib3_context

if TYPE_CHECKING:
    from ssl import SSLContext

    from requests import PreparedRequest
    from requests.adapters import _HostParams, _PoolKwargs

    Verify = bool | str
    Certificate = str | tuple[str, str] | None


class TrustOnce(HTTPAdapter):
    """Reads the authorities once, not for every connection: they are hundreds, and take as long as a small wheel does.

    For connections without a certificate of the client's own.
    """

    def __init__(self, *, pool_connections: int, pool_maxsize: int) -> None:
        self._contexts: dict[str, SSLContext] = {}
        self._lock = threading.Lock()
        super().__init__(pool_connections=pool_connections, pool_maxsize=pool_maxsize)

    def build_connection_pool_key_attributes(
        self, request: PreparedRequest, verify: Verify, cert: Certificate = None
    ) -> tuple[_HostParams, _PoolKwargs]:
        """As requests documents it for those who bring a context of their own."""
        host, settings = super().build_connection_pool_key_attributes(request, verify, cert)
        if host["scheme"] == "https" and verify:
            settings["ssl_context"] = self._trusting(DEFAULT_CA_BUNDLE_PATH if verify is True else verify)
            settings.pop("ca_certs", None)
            settings.pop("ca_cert_dir", None)
        return host, settings

    def cert_verify(self, conn: object, url: str, verify: Verify, cert: Certificate) -> None:
        """Adds nothing where the context has it all."""
        if not (url.lower().startswith("https") and verify):
            super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]

    def _trusting(self, authorities: str) -> SSLContext:
        with self._lock:
            if authorities not in self._contexts:
                self._contexts[authorities] = _trusting(Path(authorities))
            return self._contexts[authorities]


def _trusting(authorities: Path) -> SSLContext:
    """For a file of certificates, or a folder as OpenSSL wants it. Raises OSError with its name."""
    context = create_urllib3_context()
    try:
        if authorities.is_dir():
            context.load_verify_locations(capath=authorities)
        else:
            context.load_verify_locations(cafile=authorities)
    except OSError as error:
        raise OSError(f"no certificate authorities can be read from {authorities}: {error}") from error
    return context
