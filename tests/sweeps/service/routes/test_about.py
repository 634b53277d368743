from __future__ import annotations

import json

import pytest

from sweeps.live.at_work_file import AtWorkFile
from sweeps.service.running.session_log import log_file
from sweeps.watcher import AtWork
from tests.sweeps.service.api import SWEEP, Service, result


def test_the_description_is_the_one_that_the_sweep_began_with(api: Service) -> None:
    assert api.client.get(f"/v1/sweeps/{api.submitted()}/document").json() == SWEEP.document


def test_facts_are_json_or_nothing(api: Service) -> None:
    sweep_id = api.submitted()
    claim = api.begun(sweep_id)
    nothing = {"baseline": None, "priors": None, "provenance": None, "race": None}
    assert api.client.get(f"/v1/sweeps/{sweep_id}/facts").json() == nothing
    api.ledger.keep_baseline(claim, json.dumps({"kind": "majority"}))
    api.ledger.keep_provenance(claim, json.dumps({"versions": {"keras": "3"}}))
    known = {"baseline": {"kind": "majority"}, "provenance": {"versions": {"keras": "3"}}}
    assert api.client.get(f"/v1/sweeps/{sweep_id}/facts").json() == nothing | known


def test_what_workers_train_is_told_while_somebody_runs_the_sweep(api: Service) -> None:
    running, ended = api.submitted(), api.ended()
    api.begun(running, running=1)
    work = AtWork("worker 0", 1, 7, 7, "fold 2 of 3", 3, 50, 0.5, 0.75)
    for sweep_id in (running, ended):
        AtWorkFile(api.store.at_work(sweep_id), print).training([work])
    told = api.client.get(f"/v1/sweeps/{running}/at-work").json()
    assert [AtWork(**one) for one in told] == [work]
    assert api.client.get(f"/v1/sweeps/{ended}/at-work").json() == []
    workers = api.client.get("/v1/workers").json()
    assert workers["workers"] == [{"sweep_id": running, "name": "widths", **told[0]}]
    assert [node["is_here"] for node in workers["nodes"]] == [True]
    assert workers["cluster"] is None


@pytest.mark.parametrize(
    ("query", "lines"),
    [("", ["one", "two", "drei"]), ("?tail=2", ["two", "drei"]), ("?tail=0", [])],
)
def test_a_log_is_read_from_its_end(api: Service, query: str, lines: list[str]) -> None:
    sweep_id = api.submitted()
    assert api.client.get(f"/v1/sweeps/{sweep_id}/log").text == ""
    log = log_file(api.store, sweep_id)
    log.parent.mkdir(parents=True)
    log.write_text("one\ntwo\ndrei\n")
    answer = api.client.get(f"/v1/sweeps/{sweep_id}/log{query}")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text.splitlines() == lines


@pytest.mark.parametrize(
    "what", ["document", "facts", "at-work", "log", "trials", "course", "best", "reasons", "report"]
)
def test_nothing_is_told_of_a_sweep_that_is_not_there(api: Service, what: str) -> None:
    api.ended([result(0)])
    assert api.client.get(f"/v1/sweeps/0/{what}").status_code == 404
