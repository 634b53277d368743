from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from sweeps import wire
from sweeps.cli.listing import best
from sweeps.cli.store_flags import PlaceFlags
from sweeps.result_json import brief_from_json, result_from_json
from sweeps.service.result_models import PassedInfo, TrialInfo
from tests.sweeps.service.api import Service, result

RESULTS = [result(0, 0.1 + 0.2), result(1, None), result(2, 0.7), result(3, 0.6)]


@pytest.fixture
def ended(api: Service) -> str:
    return api.ended(RESULTS)


def test_trials_are_read_a_page_at_a_time(api: Service, ended: str) -> None:
    first = api.client.get(f"/v1/sweeps/{ended}/trials?limit=3").json()
    assert [one["number"] for one in first["items"]] == [0, 1, 2]
    assert first["next"] == 2
    second = api.client.get(f"/v1/sweeps/{ended}/trials?limit=3&after=2").json()
    assert [one["number"] for one in second["items"]] == [3]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("detail", "read"), [("brief", brief_from_json), ("whole", result_from_json)]
)
def test_trials_come_back_as_the_ledger_has_them(
    api: Service, ended: str, detail: str, read: Callable[..., object]
) -> None:
    items = api.client.get(f"/v1/sweeps/{ended}/trials?detail={detail}").json()["items"]
    for item in items:
        TrialInfo.model_validate(item)
    assert [wire.begun_from(item) for item in items] == api.ledger.trials(ended, read)  # type: ignore[arg-type]


def test_trials_are_those_in_a_state(api: Service, ended: str) -> None:
    failed = api.client.get(f"/v1/sweeps/{ended}/trials?state=failed").json()
    assert [one["number"] for one in failed["items"]] == [1]
    assert api.client.get(f"/v1/sweeps/{ended}/trials?state=lost").status_code == 422


def test_one_trial_is_whole(api: Service, ended: str) -> None:
    item = api.client.get(f"/v1/sweeps/{ended}/trials/2").json()
    assert wire.begun_from(item) == api.ledger.trial(ended, 2)
    assert item["result"]["history"] == {"loss": [0.7, 0.3]}
    missing = api.client.get(f"/v1/sweeps/{ended}/trials/4")
    assert missing.status_code == 404
    assert missing.json()["detail"] == f"sweep {ended} has no trial 4"


def test_a_course_is_every_trial_in_short(api: Service, ended: str) -> None:
    items = api.client.get(f"/v1/sweeps/{ended}/course").json()
    assert [PassedInfo.model_validate(item).score for item in items] == [0.1 + 0.2, None, 0.7, 0.6]
    assert [wire.passed_from(item) for item in items] == api.ledger.course(ended)


def test_a_course_is_read_a_page_at_a_time(api: Service, ended: str) -> None:
    whole = api.client.get(f"/v1/sweeps/{ended}/course").json()
    assert api.client.get(f"/v1/sweeps/{ended}/course?limit=3").json() == whole[:3]
    assert api.client.get(f"/v1/sweeps/{ended}/course?limit=3&after=2").json() == whole[3:]
    assert api.client.get(f"/v1/sweeps/{ended}/course?after=3").json() == []


def test_reasons_are_counted(api: Service, ended: str) -> None:
    assert api.client.get(f"/v1/sweeps/{ended}/reasons").json() == {"diverged": 1}
    confirmed = api.ended([result(0), result(1, None), result(2, None, confirms=0)])
    searched = f"/v1/sweeps/{confirmed}/reasons?confirmations=false"
    assert api.client.get(searched).json() == {"diverged": 1}
    assert api.client.get(f"/v1/sweeps/{confirmed}/reasons").json() == {"diverged": 2}


def test_the_best_is_what_the_command_prints(
    api: Service, ended: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = api.client.get(f"/v1/sweeps/{ended}/best")
    assert answer.json()["trial"] == 2
    best(ended, store=PlaceFlags(api.store.folder), as_json=True)
    assert answer.json() == json.loads(capsys.readouterr().out)


def test_there_is_no_best_without_a_score(api: Service) -> None:
    assert api.client.get(f"/v1/sweeps/{api.ended([result(0, None)])}/best").json() is None
