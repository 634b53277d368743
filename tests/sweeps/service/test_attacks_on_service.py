"""Attacks on a service as it is served, without a server: each gets its status and changes nothing.

What each guard refuses is tested with the guards.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from sweeps.service.guards.guard import guarded
from sweeps.service.settings import Limits
from tests.sweeps.service.asgi import HOST, Asked, ask, asked
from tests.sweeps.service.attacks import OPEN, STRANGERS, Attack, attacks, stranger
from tests.sweeps.service.besieged import Besieged, bearer, problem

STREAMS = "/v1/sweeps/{sweep}/events"


@pytest.mark.parametrize("kind", STRANGERS)
def test_strangers_get_nowhere(besieged: Besieged, untouched: None, kind: str) -> None:
    tried = 0
    for method, path in besieged.endpoints:
        if (method, path) in OPEN:
            continue
        request = besieged.proper(method, path)
        heads = (*request.headers, *stranger(besieged, kind))
        answered = ask(besieged.app, replace(request, headers=heads))
        assert answered.status == 401, (method, path)
        assert answered.headers["www-authenticate"].startswith("Bearer")
        assert not path.startswith("/v1") or answered.headers["cache-control"] == "no-store"
        problem(answered, 401)
        tried += 1
    assert tried > 20


def test_what_is_open_tells_nothing(besieged: Besieged, untouched: None) -> None:
    for method, path in OPEN:
        answered = ask(besieged.app, besieged.proper(method, path))
        assert answered.status == (401 if (method, path) == ("POST", "/v1/session") else 200) or (
            method == "DELETE" and answered.status == 204
        )
        assert besieged.sweep_id not in answered.body.decode()
    for place in ("/", "/docs", "/openapi.json"):
        answered = ask(besieged.app, Asked(target=place))
        assert answered.status == 200, place
        assert besieged.sweep_id not in answered.body.decode()


def test_viewers_look(besieged: Besieged, untouched: None) -> None:
    for method, path in besieged.endpoints:
        if (method, path) in OPEN or path == STREAMS:
            continue
        answered = ask(besieged.app, besieged.proper(method, path, besieged.tokens["viewer"]))
        if method == "GET":
            # There is no report yet, and no MLflow.
            assert answered.status in (200, 404, 503), (path, answered.body)
            assert answered.status == 200 or path.endswith(("report", "mlflow", "{number}"))
        else:
            assert answered.status == 403, (method, path)
            assert "needs the role submitter" in answered.json["detail"]


def test_submitters_leave_others_sweeps_alone(besieged: Besieged, untouched: None) -> None:
    tried = 0
    for method, path in besieged.endpoints:
        if method == "POST" and "{sweep}" in path:
            request = besieged.proper(method, path, besieged.tokens["submitter"])
            answered = ask(besieged.app, request)
            assert answered.status == 403, (path, answered.body)
            problem(answered, 403)
            tried += 1
    assert tried == 6


def test_owners_and_admins_control_it(besieged: Besieged, untouched: None) -> None:
    for who, part in (
        ("owner", "pause"),
        ("owner", "resume"),
        ("admin", "pause"),
        ("admin", "resume"),
    ):
        path = f"/v1/sweeps/{{sweep}}/{part}"
        answered = ask(besieged.app, besieged.proper("POST", path, besieged.tokens[who]))
        assert answered.status == 200, (who, part, answered.body)


@pytest.mark.parametrize("attack", list(attacks()), ids=lambda attack: attack.name)
def test_attacks(besieged: Besieged, untouched: None, attack: Attack) -> None:
    answered = ask(besieged.app, attack.ask(besieged))
    assert answered.status == attack.status, answered.body
    if answered.body:
        problem(answered, attack.status)
    assert not any(text in answered.body.decode() for text in besieged.tokens.values())


def test_ten_thousand_requests(besieged: Besieged, untouched: None) -> None:
    """Those within the limit are answered, all others are told to wait, at little cost."""
    limits = Limits(requests=20.0, burst=50)
    settings = replace(besieged.service.desk.settings, limits=limits)
    app = guarded(besieged.service.app, settings, besieged.service.app.state.identities)
    token = besieged.tokens["viewer"]

    async def flood() -> list[int]:
        statuses = []
        for number in range(10_000):
            # Made-up tokens are no way to have a limit of one's own.
            made_up = f"swp_x{number}_{'0' * 64}"
            heads = (HOST, bearer(token if number % 2 else made_up))
            statuses.append((await asked(app, Asked(target="/healthz", headers=heads))).status)
        return statuses

    begun = time.monotonic()
    statuses = asyncio.run(flood())
    seconds = time.monotonic() - begun
    answered = statuses.count(200)
    assert statuses.count(429) == 10_000 - answered
    assert 50 <= answered <= 50 + 20.0 * seconds + 1


def test_a_good_token_has_a_limit_of_its_own(besieged: Besieged, untouched: None) -> None:
    settings = replace(besieged.service.desk.settings, limits=Limits(requests=0.001, burst=3))
    app = guarded(besieged.service.app, settings, besieged.service.app.state.identities)
    mine = Asked(target="/v1/me", headers=(HOST, bearer(besieged.tokens["viewer"])))
    assert ask(app, mine).status == 200
    # Somebody else at the same address uses it up; who proved to be known is not held up by that.
    nobody = [ask(app, Asked(target="/healthz")).status for _ in range(3)]
    assert nobody == [200, 200, 429]
    assert ask(app, mine).status == 200
