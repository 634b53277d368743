from __future__ import annotations

import math
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sweeps import coordinator
from sweeps.executors.where import Where
from sweeps.memo import ground as memo_ground
from sweeps.race.outcome import Outcome as RaceOutcome
from sweeps.race.outcome import outcome_of
from sweeps.race.race import Place, Race
from sweeps.race.running import run
from sweeps.race.standing import Standing, standing_of
from sweeps.race.telling import end_record, figures
from sweeps.race.wording import rows
from sweeps.trial import Failure, Fit, Outcome, Result
from sweeps.watcher import Summary
from tests.sweeps.bench import Bench
from tests.sweeps.fakes import RecordingWatcher
from tests.sweeps.made_up import MadeUp
from tracking.records import SweepEnd, SweepRecord

from .races import ALL, SPACE, race

QUICK = ("grid", "random", "optuna")
"""Without Hyperband, whose KerasTuner takes seconds to import."""


class Course:
    """A store where races are run with made-up losses."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.begun: list[Place] = []

    def begin(self, race: Race, place: Place) -> None:
        self.begun.append(place)

    def run(self, standing: Standing, **options: Any) -> tuple[Standing, Summary | None]:
        bench = self.bench
        return run(
            standing, self.begin, store=bench.store, tracker=lambda: bench.tracker, **options
        )

    def standing(self, wanted: str = "latest") -> Standing:
        return standing_of(self.bench.store.ledger_url, wanted)

    def outcome(self, standing: Standing) -> RaceOutcome:
        found = outcome_of(standing, self.bench.store.ledger_url)
        assert found is not None
        return found

    def results(self, standing: Standing, backend: str, repeat: int) -> list[Result]:
        return self.bench.results(standing.rows[Place(backend, repeat)].sweep_id)


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    bench = Bench(tmp_path, monkeypatch)
    bench.train_with(MadeUp())
    return Course(bench)


def test_its_sweeps_know_where_the_executor_that_they_share_trains(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The memo tells figures of one device from those of another."""
    places: list[Where] = []
    monkeypatch.setattr(memo_ground, "device_at", lambda place: places.append(place))
    course.run(Standing(race(("grid", "random"), repeats=1, epochs=36), {}), gpus="none", memo=True)
    assert places == [Where(gpus=())] * 2


@pytest.mark.parametrize("backends", [QUICK, pytest.param(ALL, marks=pytest.mark.slow)])
def test_every_backend_spends_the_same_epochs_but_for_the_last_trial(
    course: Course, backends: tuple[str, ...]
) -> None:
    given = race(backends, repeats=1, evaluate={"folds": 2}, epochs=216)
    standing, summary = course.run(Standing(given, {}))
    assert summary is not None
    assert summary.ending == "finished"
    assert standing.missing == []
    found = course.outcome(standing)
    spent = {backend: [one.epochs for one in found.curves[backend]] for backend in backends}
    assert all(216 <= epochs < 216 + 18 for its in spent.values() for epochs in its)
    assert {row.backend for row in standing.rows.values()} == set(backends)


@pytest.mark.slow
def test_the_same_configuration_has_the_same_score_whoever_asked_for_it(course: Course) -> None:
    standing, _ = course.run(Standing(race(("random", "hyperband"), epochs=180), {}))
    for repeat in range(2):
        drawn = {repr(one.trial.config): one for one in course.results(standing, "random", repeat)}
        whole = [one for one in course.results(standing, "hyperband", repeat) if _is_whole(one)]
        shared = [one for one in whole if repr(one.trial.config) in drawn]
        assert shared
        assert all(drawn[repr(one.trial.config)].score == one.score for one in shared)


def _is_whole(result: Result) -> bool:
    return result.trial.budget == SPACE["epochs"] and result.trial.parent is None


@pytest.mark.slow
def test_repeats_differ_in_everything_that_is_drawn(course: Course) -> None:
    standing, _ = course.run(Standing(race(QUICK), {}))
    for backend in QUICK:
        first, second = (course.results(standing, backend, repeat) for repeat in range(2))
        assert {one.score for one in first}.isdisjoint(one.score for one in second)


def test_a_sweep_without_any_score_leaves_its_repeat_out_of_the_verdict(course: Course) -> None:
    class Unlucky(MadeUp):
        def _outcome(self, fit: Fit, *arguments: Any) -> Outcome:
            found = super()._outcome(fit, *arguments)
            bad = Failure("diverged", "nan")
            return replace(found, error=bad) if course.begun[-1] == Place("grid", 1) else found

    course.bench.train_with(Unlucky())
    standing, summary = course.run(Standing(race(("grid", "random"), 3, 18), {}))
    assert summary is not None
    found = course.outcome(standing)
    assert found.by_final.repeats == found.by_area.repeats == 2
    assert math.isnan(found.finals["grid"][1])
    assert "-" not in rows(found)[0][1:7]


def test_a_race_broken_off_in_a_sweep_is_finished_as_if_nothing_had_been(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Course(Bench(tmp_path / "whole", monkeypatch))
    whole.bench.train_with(MadeUp())
    unbroken, _ = whole.run(Standing(race(QUICK), {}))
    seen: list[Result] = []

    def interrupt(result: Result) -> None:
        seen.append(result)
        if len(seen) == 17:
            signal.raise_signal(signal.SIGINT)

    course.bench.train_with(MadeUp())
    broken, summary = course.run(
        Standing(race(QUICK), {}), watcher=RecordingWatcher(on_result=interrupt)
    )
    assert summary is not None
    assert summary.ending == "interrupted"
    assert broken.missing == race(QUICK).places[1:]
    assert broken.comparable == []
    ended, _ = course.run(course.standing())
    assert course.begun == [*race(QUICK).places[:2], *race(QUICK).places[1:]]
    assert figures(course.outcome(ended)) == figures(whole.outcome(unbroken))


def test_ctrl_c_while_mlflow_catches_up_with_a_sweep_ends_the_race_too(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(record: SweepEnd) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(course.bench.tracker, "end", interrupted)
    standing, summary = course.run(Standing(race(("grid", "random"), epochs=9), {}))
    assert summary is not None
    assert (summary.ending, summary.signal) == ("finished", signal.SIGINT)
    assert len(standing.missing) == 3


def test_a_crash_between_two_sweeps_loses_none(course: Course) -> None:
    def crash(race: Race, place: Place) -> None:
        if place == Place("optuna", 0):
            raise MemoryError

    with pytest.raises(MemoryError):
        run(
            Standing(race(QUICK), {}),
            crash,
            store=course.bench.store,
            tracker=lambda: course.bench.tracker,
        )
    standing = course.standing("r-te")
    assert list(standing.rows) == [Place("grid", 0), Place("random", 0)]
    ended, _ = course.run(standing)
    assert course.begun == race(QUICK).places[2:]
    assert ended.comparable == [0, 1]
    again, summary = course.run(ended)
    assert (again.missing, summary) == ([], None)


@pytest.mark.slow
def test_repeats_with_a_sweep_that_somebody_stopped_are_not_compared(course: Course) -> None:
    def interrupt(result: Result) -> None:
        signal.raise_signal(signal.SIGINT)

    _, summary = course.run(
        Standing(race(QUICK), {}), watcher=RecordingWatcher(on_result=interrupt)
    )
    assert summary is not None
    bench = course.bench
    coordinator.conclude(
        summary.sweep_id, "stopped", store=bench.store, tracker=lambda: bench.tracker
    )
    ended, _ = course.run(course.standing())
    assert ended.given_up == [Place("grid", 0)]
    assert (ended.missing, ended.comparable) == ([], [1])
    assert course.outcome(ended).repeats == (1,)


def test_mlflow_is_told_which_race_a_sweep_is_of_and_what_came_of_it(course: Course) -> None:
    standing, _ = course.run(Standing(race(QUICK), {}))
    begun = [one for one in course.bench.tracker.records if isinstance(one, SweepRecord)]
    assert {one.race.race_id for one in begun if one.race} == {"r-test22"}
    assert [one.tags["sweeps.race_repeat"] for one in begun] == ["0"] * 3 + ["1"] * 3
    end = end_record(standing, "FINISHED", course.outcome(standing), ())
    assert end.race == begun[0].race
    told = {(metric.name, metric.step): metric.value for metric in end.metrics}
    assert told["best/random", 1] == course.outcome(standing).finals["random"][1]
    assert ("mean_area/grid", 0) in told


def test_sweeps_of_a_race_are_known_by_it_in_the_ledger(course: Course) -> None:
    standing, _ = course.run(Standing(race(("grid", "random"), epochs=9), {}))
    course.bench.run()
    ledger = course.bench.ledger()
    assert [row.race for row in ledger.sweeps()] == ["r-test22"] * 4 + [None]
    ledger.close()
    assert [row.state for row in standing.rows.values()] == ["finished"] * 4


@pytest.mark.parametrize(
    ("wanted", "said"), [("r-tset22", "did you mean r-test22"), ("x", "there is r-test22")]
)
def test_a_race_that_is_not_there_is_told_with_those_that_are(
    course: Course, wanted: str, said: str
) -> None:
    course.run(Standing(race(("grid", "random"), epochs=9), {}))
    with pytest.raises(LookupError, match=said):
        course.standing(wanted)


def test_without_any_race_the_way_to_one_is_told(course: Course) -> None:
    course.bench.run()
    with pytest.raises(LookupError, match="try `sweeps race FILE`"):
        course.standing()
