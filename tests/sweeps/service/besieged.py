"""A service that asks for tokens and has a sweep in its queue, for attacks on it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sweeps.ledger import tokens as ledger_tokens
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.tokens import Role, create, revoke
from sweeps.service.admission.admit import admit
from sweeps.service.guards.guard import guarded
from sweeps.service.settings import Limits
from sweeps.store import Store
from tests.sweeps.service.api import FILE, Service, service
from tests.sweeps.service.asgi import HOST, Answered, Asked
from tests.sweeps.service.premises import Premises

PLENTY = Limits(requests=1e9, burst=1_000_000)

JSON = ("content-type", "application/json")


def bearer(token: str) -> tuple[str, str]:
    """The header that carries a token."""
    return "authorization", f"Bearer {token}"


BODIES: Mapping[str, Any] = {
    "/v1/sweeps": {"file": FILE},
    "/v1/sweeps/{sweep}/retry": {"reasons": None},
    "/v1/sweeps/{sweep}/extend": {"trials": 1},
    "/v1/session": {"token": "swp_abcdef_" + "0" * 64},
}
"""By path, what a proper request has in it."""


@dataclass
class Besieged:
    """A service that asks for tokens, the application as it is served, and tokens of all kinds."""

    service: Service
    app: Any
    sweep_id: str
    tokens: Mapping[str, str] = field(default_factory=dict)

    @property
    def endpoints(self) -> list[tuple[str, str]]:
        """(method, path) of all that its own description names."""
        paths = self.service.app.openapi()["paths"]
        return [(method.upper(), path) for path, methods in paths.items() for method in methods]

    def proper(self, method: str, path: str, token: str | None = None) -> Asked:
        """A request as a client sends it."""
        target = path.replace("{sweep}", self.sweep_id).replace("{number}", "0")
        heads = () if token is None else (bearer(token),)
        content = BODIES.get(path) if method == "POST" else None
        if content is None:
            return Asked(method, target, (HOST, *heads))
        return Asked(method, target, (HOST, JSON, *heads), (json.dumps(content).encode(),))


@contextmanager
def besieged_in(folder: Path, premises: Premises) -> Iterator[Besieged]:
    """One whose operator allows what there is on the premises."""
    found = service(
        Store.at(folder / "store"), admit, auth=True, limits=PLENTY, allowed=premises.allowed
    )
    app = guarded(found.app, found.desk.settings, found.app.state.identities)
    with closing(found.ledger), closing(found.app.state.streams), closing(found.app.state.reports):
        tokens = _tokens(found.ledger, folder / "other")
        yield Besieged(found, app, found.submitted(owner="ada"), tokens)


def _tokens(ledger: Ledger, other: Path) -> dict[str, str]:
    names: dict[str, tuple[str, Role]] = {
        "viewer": ("vic", "viewer"),
        "submitter": ("bob", "submitter"),
        "owner": ("ada", "submitter"),
        "admin": ("root", "admin"),
    }
    texts = {kind: create(ledger, *who, None)[1] for kind, who in names.items()}
    token, texts["revoked"] = create(ledger, "ada", "admin", None)
    revoke(ledger, token.id)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ledger_tokens, "now_ms", lambda: 1_000)
        texts["expired"] = create(ledger, "ada", "admin", 60_000)[1]
    with closing(Ledger.open(Store.at(other).ledger_url)) as elsewhere:
        texts["of another store"] = create(elsewhere, "ada", "admin", None)[1]
    texts["wrong"] = texts["admin"][:-64] + "0" * 64
    return texts


def problem(answered: Answered, status: int) -> None:
    """The answer is one that a client can read, and tells nothing that it must not."""
    assert answered.headers["content-type"] == "application/problem+json"
    told = answered.json
    assert (told["status"], type(told["detail"])) == (status, str)
    assert "Traceback" not in answered.body.decode()
