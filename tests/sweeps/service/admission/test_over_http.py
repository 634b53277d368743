"""Sweep files over HTTP: the same words as on the command line, and nothing that ends as a 500."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sweeps.errors import SweepFileError
from sweeps.reading.sweep_file import load_sweep
from sweeps.redaction import redacted
from sweeps.service.admission.admit import admit
from sweeps.store import Store
from tests.sweeps.attacks import Attack, attacks
from tests.sweeps.service.admission.test_attacks import HUGE
from tests.sweeps.service.api import Service, service
from tests.sweeps.service.decisions import DECISIONS, NETWORKS
from tests.sweeps.service.premises import FUNCTION, TABLED, Premises

HEADERS = {"Content-Type": "application/json"}
SMALL = [
    attack
    for attack in attacks()
    if len(attack.content) < 3_000
    and not attack.overrides
    and attack.content.isascii()
    and not any(word in attack.content for word in (b"own:", b"nowhere", b"json:", b" c:"))
][::9]
"""Some of those that name nothing of the user's, and are refused before anything is counted."""


@pytest.fixture(scope="module")
def premises(tmp_path_factory: pytest.TempPathFactory) -> Premises:
    return Premises.at(tmp_path_factory.mktemp("premises"))


@pytest.fixture(scope="module")
def real(premises: Premises) -> Iterator[Service]:
    """An API that reads what is submitted as a service does."""
    found = service(Store.at(premises.root / "store"), admit, allowed=premises.allowed)
    with found.client:
        yield found
    found.ledger.close()


def post(real: Service, **asked: object) -> tuple[int, dict[str, object]]:
    answer = real.client.post("/v1/sweeps", json={"file_name": "s.yaml", **asked})
    return answer.status_code, answer.json()


@pytest.mark.parametrize("name", ["task.csv", "function", "task.load", "notify.command"])
def test_what_is_allowed_waits_in_the_queue(name: str, real: Service, premises: Premises) -> None:
    status, told = post(real, file=DECISIONS[name][0])
    assert status == 201, told
    assert real.ledger.sweep(str(told["sweep_id"])).state == "queued"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (FUNCTION.replace("my_model:build", "os:system"), "'os:system' is not among the code"),
        (TABLED % "/etc/passwd", "'/etc/passwd' is in none of the data folders"),
        (TABLED % "../outside/secret.csv", "'../outside/secret.csv' is in none of the data"),
        (f"{NETWORKS}notify: {{command: /bin/sh}}\n", "is not among the programs"),
        (f"{NETWORKS}name: ../../x\n", "a name has ASCII letters"),
    ],
)
def test_what_is_not_allowed_is_a_problem_in_one_line(text: str, says: str, real: Service) -> None:
    before = len(real.ledger.sweeps())
    status, told = post(real, file=text)
    assert (status, told["exit_code"]) == (422, 2)
    assert says in str(told["detail"])
    assert str(told["detail"]).startswith("s.yaml:")
    assert len(real.ledger.sweeps()) == before


@pytest.mark.parametrize("attack", SMALL, ids=[attack.name for attack in SMALL])
def test_an_attack_gets_the_words_of_the_command_line(
    attack: Attack, real: Service, tmp_path: Path
) -> None:
    file = tmp_path / "s.yaml"
    file.write_bytes(attack.content)
    with pytest.raises(SweepFileError) as caught:
        load_sweep(file)
    status, told = post(real, file=attack.content.decode())
    assert status == 422
    assert told["detail"] == redacted(str(caught.value).replace(str(file), "s.yaml"))


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", HUGE)
def test_what_takes_long_to_count_is_estimated_where_others_wait(name: str, real: Service) -> None:
    status, told = post(real, file=HUGE[name])
    assert status == 201, told
    assert isinstance(told["expected"], int)


@pytest.mark.parametrize(
    "body",
    [
        '{"file": "\\ud800"}',
        '{"file": "task: penguins\\nspace: {width: [1, 2]}", "set": ["name=\\ud800"]}',
        '{"file": "task: penguins\\nspace: {width: [1, 2]}", "file_name": "\\udfff"}',
        '{"file": "\\u0000"}',
        '{"file": ""}',
        json.dumps({"file": "a: " + "[" * 5_000}),
        json.dumps({"file": "x" * 1_900_000}),
        json.dumps({"file": NETWORKS, "set": ["a" * 9_000] * 100}),
        json.dumps({"file": NETWORKS, "set": [""]}),
        json.dumps({"file": NETWORKS, "file_name": "\n\x1b[2J"}) + "!",
    ],
)
def test_whatever_json_can_hold_is_refused_and_not_an_error_of_ours(
    body: str, real: Service
) -> None:
    answer = real.client.post("/v1/sweeps", content=body.encode(), headers=HEADERS)
    assert answer.status_code in (400, 413, 422), answer.text
    assert answer.json()["detail"].isprintable()
