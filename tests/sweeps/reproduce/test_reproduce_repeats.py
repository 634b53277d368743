"""How many repeats a reproduction trains, and how it says so."""

from __future__ import annotations

from sweeps.reproduce.estimate import Pace
from tests.sweeps.reproduce.bench import rows_of

SWIFT, SLOW = Pace(1e12, compiling=0.1), Pace(1e9, compiling=1.0)


def test_repeats_are_chosen_by_the_pace_and_said(bench):
    bench.at_pace(SWIFT)
    done = bench.run("epochs", "step_decay", points=2)
    assert done.repeats == 20
    assert bench.said[1:3] == [
        "2 sweeps, about 10 seconds (a rough estimate)",
        "20 repeats of experiments 1 to 5, chosen to fit in two minutes on this machine; "
        "--repeats K for another number",
    ]
    # What the study looks at once is trained as often as its file says.
    assert [len(result.parts) for result in bench.watcher.results] == [20, 20, 20]
    record = next(r for r in bench.tracker.records if "reproduction" in r.sweep_id)
    assert record.params["chosen"] == "20"


def test_a_number_that_was_asked_for_is_used_everywhere(bench):
    done = bench.run("epochs", "step_decay", points=2, repeats=3)
    assert done.repeats == 3
    assert [len(result.parts) for result in bench.watcher.results] == [3, 3, 3]
    assert not any("chosen" in line for line in bench.said)


def test_candidates_that_are_means_over_repeats_are_told_so(bench):
    searches = ("random_search_as_written", "random_search_as_meant")
    names = [
        [row[0] for row in rows_of(bench.run(*searches, repeats=repeats), "searches")]
        for repeats in (1, 2)
    ]
    assert names[0] == [
        "random search, published",
        "random search, as written",
        "random search, as meant",
    ]
    assert names[1] == [*names[0][:2], f"{names[0][2]}, each the mean of 2 repeats"]


def test_where_no_experiment_has_a_choice_none_is_said(bench):
    assert bench.run("baseline", "step_decay").repeats is None
    assert bench.said[1:] == ["1 sweep, about 10 seconds (a rough estimate)"]


def test_continue_keeps_the_number_of_the_call_before(bench):
    bench.at_pace(SLOW)
    first = bench.run("layers", points=3)
    assert 1 <= first.repeats < 20
    bench.at_pace(SWIFT)
    again = bench.run("layers", points=3, go_on=True)
    assert again.repeats == first.repeats
    assert any(
        line.startswith(f"{first.repeats} repeat") and "as in the call before" in line
        for line in bench.said
    )
    assert bench.watcher.results == []
    assert bench.run("layers", points=4, go_on=True).repeats == 20
