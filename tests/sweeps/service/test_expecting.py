from __future__ import annotations

import json
from typing import Any

import pytest

from sweeps.service import expecting
from sweeps.service.expecting import Descriptions, Patience, expected_of
from sweeps.sweep import Sweep
from tests.sweeps.service.api import SWEEP, Service, result

TEXT = json.dumps(SWEEP.document)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[Sweep]:
    """The sweeps whose trials were counted."""
    asked: list[Sweep] = []

    def count(sweep: Sweep, *_: object) -> int | None:
        asked.append(sweep)
        return sweep.search.trials

    monkeypatch.setattr(expecting, "expected_trials", count)
    return asked


def with_trials(trials: int) -> str:
    search: dict[str, Any] = SWEEP.document["search"] | {"trials": trials}
    return json.dumps({**SWEEP.document, "search": search})


def test_trials_are_counted_once_and_again_when_there_are_more(counted: list[Sweep]) -> None:
    descriptions = Descriptions()
    assert [descriptions.of("a", TEXT).expected for _ in range(3)] == [10] * 3
    assert len(counted) == 1
    assert descriptions.of("a", with_trials(25)).expected == 25
    assert descriptions.of("a", TEXT).objectives == (("val_accuracy", "maximize"),)
    assert len(counted) == 3


def test_what_is_kept_has_an_end(counted: list[Sweep], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expecting, "MOST", 2)
    descriptions = Descriptions()
    for sweep_id in "abc":
        descriptions.of(sweep_id, TEXT)
    assert descriptions.known("a", TEXT) is None
    assert descriptions.known("c", TEXT) is not None


def test_whoever_lists_sweeps_waits_for_so_long(counted: list[Sweep]) -> None:
    now = iter(range(100))
    patience = Patience(Descriptions(), seconds=3, clock=lambda: float(next(now)))
    texts = dict.fromkeys("abcdef", TEXT)
    assert set(patience.of(texts)) == {"a", "b"}
    assert set(patience.of(texts)) == {"a", "b", "c", "d"}
    assert len(counted) == 4


def test_of_a_finished_sweep_the_results_are_counted(api: Service) -> None:
    row = api.ledger.sweep(api.ended([result(0), result(1, None)]))
    assert expected_of(row, None) == 2
