from __future__ import annotations

import pytest

from sweeps.reproduce import repeats
from sweeps.reproduce.estimate import Pace, cost_of
from sweeps.reproduce.repeats import FILLED, LONG, Forecast, announcement, chosen
from sweeps.reproduce.wanted import Wanted
from sweeps.store import Store

FEW = Wanted(only=("layers", "hidden"), points=5)


def forecast(wanted, operations, compiling=0.0):
    costs = {experiment.name: cost_of(sweep) for experiment, sweep in wanted.sweeps()}
    return Forecast(costs, Pace(operations, compiling))


@pytest.mark.parametrize("operations", [1e9, 2e9, 4e9])
def test_as_many_repeats_as_fit_and_not_one_more(operations):
    found = forecast(FEW, operations)
    most = found.most_repeats(FEW)
    assert 1 < most < 20
    assert found.seconds(FEW.with_repeats(most)) <= FILLED * LONG
    assert found.seconds(FEW.with_repeats(most + 1)) > FILLED * LONG


def test_one_repeat_at_least_and_twenty_at_most():
    assert forecast(FEW, 1e6).most_repeats(FEW) == 1
    assert forecast(FEW, 1e15).most_repeats(FEW) == 20
    assert forecast(FEW, 1e15, compiling=1000.0).most_repeats(FEW) == 1


def test_why_there_is_only_one_is_said(tmp_path):
    fitting, said = chosen(FEW, Store.at(tmp_path), forecast(FEW, 1e8))
    assert fitting.chosen == 1
    assert said == (
        "1 repeat of experiments 1 to 5, which alone takes longer than two minutes on this "
        "machine; --repeats K for another number"
    )
    assert list(tmp_path.iterdir()) == [], "no ledger is made for the asking"


def test_continuing_where_nothing_was_begun_is_choosing(tmp_path):
    wanted = Wanted(only=("layers",), points=3, go_on=True)
    found, said = chosen(wanted, Store.at(tmp_path), forecast(wanted, 1e15))
    assert found.chosen == 20
    assert "chosen to fit" in said


def test_a_quicker_look_is_offered_where_it_is_quicker():
    whole = Wanted(only=("layers",), repeats=5)
    slow = forecast(whole, 1e10)
    lines = announcement(whole, slow, None)
    assert lines[0] == "1 sweep, about 4 minutes (a rough estimate)"
    assert lines[1].startswith("a quicker look: --points 20, about ")
    assert "undecided" in lines[1]
    assert len(announcement(whole, forecast(whole, 1e15), None)) == 1
    ratio = Wanted(only=("ratio",), repeats=5)
    assert len(announcement(ratio, forecast(ratio, 1e15, compiling=100.0), None)) == 1
    thin = Wanted(only=("layers",), points=3, repeats=5)
    assert len(announcement(thin, forecast(thin, 1e7), None)) == 1


def test_what_was_chosen_stands_between():
    lines = announcement(FEW, forecast(FEW, 1e15), "3 repeats")
    assert lines == ["2 sweeps, about 10 seconds (a rough estimate)", "3 repeats"]


def test_the_pace_is_measured_on_the_sweep_that_costs_most(monkeypatch):
    seen = []

    def measured(sweep, executor):
        seen.append((sweep.name, executor))
        return Pace(1e9, 1.0)

    monkeypatch.setattr(repeats, "measured", measured)
    found = Forecast.of(Wanted(only=("hidden", "layers", "ratio"), points=3), "slots")
    assert seen == [("penguins-layers", "slots")]
    assert set(found.costs) == {"hidden", "layers", "ratio"}
