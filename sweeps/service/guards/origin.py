"""Whom a request is addressed to, and which page sent it: against DNS rebinding and forgery.

A name in a foreign zone may point to this machine, so the `Host` header is compared with a list on
every method. A browser says in `Origin` and `Sec-Fetch-Site` which page sends a request; only the
service's own may.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import Scope

from sweeps.service.problems import ProblemError
from sweeps.service.settings import LOOPBACK, Settings

_ADDRESSED = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::[0-9]{1,5})?")
_OWN = ("same-origin", "none")
"""What `Sec-Fetch-Site` says of the service's own pages, and of what a person typed."""


def refuse_foreign(scope: Scope, headers: Headers, settings: Settings) -> None:
    """Raise ProblemError for a request to another host (400, 421) or from another page (403)."""
    addressed = _one_host(headers)
    _refuse_host(scope, addressed[1].lower().strip("[]"), settings)
    _refuse_origin(scope, headers, addressed[0].lower(), settings)


def _one_host(headers: Headers) -> re.Match[str]:
    hosts = headers.getlist("host")
    found = _ADDRESSED.fullmatch(hosts[0]) if len(hosts) == 1 else None
    if found is None:
        raise ProblemError(400, "a request says in one Host header whom it is addressed to")
    return found


def _refuse_host(scope: Scope, name: str, settings: Settings) -> None:
    if name in LOOPBACK or name in _lower((settings.host, *settings.hosts)):
        return
    if _is_address(name) and name == (scope.get("server") or ("", None))[0]:
        # No name leads there, so nobody's can have been made to.
        return
    raise ProblemError(
        421, f"this service does not answer to the name {name!r}: --allow-host {name} lets it"
    )


def _refuse_origin(scope: Scope, headers: Headers, host: str, settings: Settings) -> None:
    own = {f"{scope.get('scheme', 'http')}://{host}"}
    if settings.behind_tls:
        own.add(f"https://{host}")
    foreign = [origin for origin in headers.getlist("origin") if origin.lower() not in own]
    if foreign:
        raise ProblemError(403, f"pages of {foreign[0][:100]!r} may not use this service")
    if headers.get("sec-fetch-site", "none") in _OWN:
        return
    # Another page may link here, which shows it nothing of the answer.
    linked = headers.get("sec-fetch-mode") == "navigate" and scope["method"] in ("GET", "HEAD")
    if not linked or headers.get("sec-fetch-dest", "document") != "document":
        raise ProblemError(403, "pages of another site may not use this service")


def _lower(names: Sequence[str]) -> list[str]:
    return [name.lower().strip("[]") for name in names]


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
