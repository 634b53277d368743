"""Attacks on a service as it is served, without a server: each gets its status and changes nothing.

What each guard refuses is tested with the guards, what sweep files may name with admission.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from sweeps.ledger import tokens as ledger_tokens
from sweeps.ledger.jobs import job_of, jobs
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.tokens import Role, create, revoke
from sweeps.service.admission.admit import admit
from sweeps.service.guards.guard import guarded
from sweeps.service.settings import Limits
from sweeps.store import Store
from tests.sweeps.attacks import attacks as attacks_on_files
from tests.sweeps.service.api import FILE, service
from tests.sweeps.service.asgi import HOST, Answered, Asked, ask, asked
from tests.sweeps.service.attacks import (
    JSON,
    OPEN,
    STRANGERS,
    Attack,
    Besieged,
    attacks,
    bearer,
    stranger,
)
from tests.sweeps.service.decisions import DECISIONS
from tests.sweeps.service.premises import Premises

PLENTY = Limits(requests=1e9, burst=1_000_000)
STREAMS = "/v1/sweeps/{sweep}/events"


@pytest.fixture(scope="module")
def premises(tmp_path_factory: pytest.TempPathFactory) -> Premises:
    return Premises.at(tmp_path_factory.mktemp("premises"))


@pytest.fixture(scope="module")
def besieged(tmp_path_factory: pytest.TempPathFactory, premises: Premises) -> Iterator[Besieged]:
    folder = tmp_path_factory.mktemp("besieged")
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


@pytest.fixture
def untouched(besieged: Besieged) -> Iterator[None]:
    """Whatever a test does, ada's sweep waits as before, and nothing else is in the queue."""
    ledger = besieged.service.ledger
    before = job_of(ledger, besieged.sweep_id)
    yield
    assert jobs(ledger, ["waiting", "held", "running", "over"]) == [before]
    assert len(ledger.sweeps()) == 1


def problem(answered: Answered, status: int) -> None:
    """The answer is one that a client can read, and tells nothing that it must not."""
    assert answered.headers["content-type"] == "application/problem+json"
    told = answered.json
    assert (told["status"], type(told["detail"])) == (status, str)
    assert "Traceback" not in answered.body.decode()


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


def submission(besieged: Besieged, text: str, *overrides: str) -> Asked:
    body = json.dumps({"file": text, "set": overrides}).encode()
    return Asked("POST", "/v1/sweeps", (HOST, JSON, bearer(besieged.tokens["submitter"])), (body,))


@pytest.mark.slow
def test_yaml_attacks(besieged: Besieged, untouched: None) -> None:
    tried = 0
    for attack in attacks_on_files():
        text = attack.content.decode(errors="surrogateescape")
        answered = ask(besieged.app, submission(besieged, text, *attack.overrides))
        assert answered.status in (413, 422), (attack.name, answered.body)
        problem(answered, answered.status)
        tried += 1
    assert tried > 100


CODE = (
    "os:system",
    "subprocess:run",
    "builtins:eval",
    "pickle:loads",
    "sweeps.ledger.ledger:Ledger",
    "my_model:os.system",
    "my_model:system",
    "my_model:__builtins__",
    "..my_model:build",
    "/etc/passwd:x",
)


@pytest.mark.parametrize("code", CODE)
def test_code_that_nobody_allowed(besieged: Besieged, untouched: None, code: str) -> None:
    loaded = set(sys.modules)
    goal, space = "objective: {goal: maximize}\n", "space: {x: [1, 2]}\n"
    network = "space: {width: [16, 32]}\n"
    for text in (
        f"model: {code}\ntask: penguins\n{space}",
        f"model: my_model:build\nspace: {code}\ntask: penguins\n",
        f"estimator: {code}\ntask: penguins\n{space}",
        f"function: {code}\n{goal}{space}",
        f"task: {{load: {code}}}\n{network}",
        f"task: penguins\n{network}evaluate: {{metrics: [{code}]}}\n",
        f"model: {{build: my_model:build, callbacks: {code}}}\ntask: penguins\n{space}",
        f"model: {{path: my_model:build, callbacks: {code}}}\ntask: penguins\n{space}",
        f"task: penguins\n{network}objective: {code}\n",
        f"task: penguins\n{network}trainer: {code}\n",
        f"task: penguins\n{network}notify: {{command: {code}}}\n",
    ):
        answered = ask(besieged.app, submission(besieged, text))
        assert answered.status == 422, (text, answered.body)
        problem(answered, 422)
    assert not {"my_model", "pty"} & (set(sys.modules) - loaded)


def test_whatever_else_a_file_may_not_name(
    besieged: Besieged, untouched: None, premises: Premises
) -> None:
    places = {name: str(premises.root / name) for name in ("data", "code", "outside")}
    for name, (text, says) in DECISIONS.items():
        if says:
            for key, place in places.items():
                text = text.replace(f"{{{key}}}", place)
            answered = ask(besieged.app, submission(besieged, text))
            assert answered.status == 422, (name, answered.body)


def test_names_that_are_paths_go_nowhere(besieged: Besieged, untouched: None) -> None:
    for name in ("../../etc/passwd", "/etc/passwd", "~/.ssh/id", "a\\b", "CON", "a" * 255, "x\n"):
        body = json.dumps({"file": "a: [", "file_name": name}).encode()
        heads = (HOST, JSON, bearer(besieged.tokens["submitter"]))
        answered = ask(besieged.app, Asked("POST", "/v1/sweeps", heads, (body,)))
        assert answered.status == 422
        assert "root:" not in answered.body.decode()


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


def test_a_sweep_that_is_admitted_is_its_submitters(besieged: Besieged) -> None:
    answered = ask(besieged.app, submission(besieged, FILE))
    assert answered.status == 201, answered.body
    ledger = besieged.service.ledger
    found = job_of(ledger, answered.json["sweep_id"])
    assert found is not None
    assert found.order.owner == "bob"
    ledger.remove(found.sweep_id)
