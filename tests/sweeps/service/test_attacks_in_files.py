"""Attacks on a service by what is submitted to it: refused as it is served, and nothing changes.

What sweep files may name is tested with admission.
"""

from __future__ import annotations

import json
import sys

import pytest

from sweeps.ledger.jobs import job_of
from tests.sweeps.attacks import attacks as attacks_on_files
from tests.sweeps.service.api import FILE
from tests.sweeps.service.asgi import HOST, Asked, ask
from tests.sweeps.service.besieged import JSON, Besieged, bearer, problem
from tests.sweeps.service.decisions import DECISIONS
from tests.sweeps.service.premises import Premises


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


def test_a_sweep_that_is_admitted_is_its_submitters(besieged: Besieged) -> None:
    answered = ask(besieged.app, submission(besieged, FILE))
    assert answered.status == 201, answered.body
    ledger = besieged.service.ledger
    found = job_of(ledger, answered.json["sweep_id"])
    assert found is not None
    assert found.order.owner == "bob"
    ledger.remove(found.sweep_id)
