from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from signal import SIGINT, SIGTERM

import pytest

from search_spaces import SpaceError
from sweeps import coordinator, parts
from sweeps.problem import Problem
from sweeps.reproduce import repeats
from sweeps.reproduce.claims import Verdict
from sweeps.reproduce.estimate import Pace
from sweeps.reproduce.penguins import Reproduction, Wanted, reproduce
from sweeps.store import Store
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Failure, Fit, Outcome
from sweeps.watcher import Ending, Summary
from tests.sweeps.fakes import MemoryTracker, RecordingWatcher, made_up
from tracking.records import SweepEnd, SweepRecord
from tracking.tracker import TrackingError


@dataclass(frozen=True)
class MadeUp:
    """Outcomes that look like those of real fits; `interrupting` breaks in at that trial.

    Trials from the number `failing` on diverge.
    """

    interrupting: int | None = None
    failing: int = 1000

    @property
    def environment(self) -> Mapping[str, str]:
        return {}

    def processes(self, cores: int) -> int:
        return 0

    def pack(self, fits: Sequence[Fit], problem: Problem) -> list[Pack]:
        return [Pack((fit,)) for fit in fits]

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        if pack.fits[0].trial.number == self.interrupting:
            raise KeyboardInterrupt
        return [self._failed(fit) or self._outcome(fit) for fit in pack.fits]

    def _failed(self, fit: Fit) -> Outcome | None:
        if fit.trial.number < self.failing:
            return None
        return Outcome(fit, {}, {}, seconds=0.1, error=Failure("diverged", "loss became nan"))

    def _outcome(self, fit: Fit) -> Outcome:
        score = 0.9 + made_up(fit) / 10
        names = ("train_accuracy", "val_accuracy", "test_accuracy")
        matrix = ((50, 2, 0), (1, 40, 0), (3, 0, 20))
        return Outcome(
            fit,
            dict.fromkeys(names, score) | {"parameters": 21.0, "epochs": 5.0},
            {
                "loss": (2.0, 1.0),
                "test_loss": (2.0, 1.0),
                "accuracy": (0.5, score),
                "learning_rate": (0.2, 0.1),
            },
            seconds=0.1,
            confusion={"train": matrix, "test": matrix},
        )


class Bench:
    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store = Store.at(folder)
        self.tracker = MemoryTracker()
        self.said: list[str] = []
        self._monkeypatch = monkeypatch
        self.train_with(MadeUp())
        self.at_pace(Pace(1e12, compiling=0.0))

    def at_pace(self, pace: Pace) -> None:
        self._monkeypatch.setattr(repeats, "measured", lambda sweep, executor: pace)

    def train_with(self, trainer: MadeUp) -> None:
        self._monkeypatch.setattr(parts, "trainer_for", lambda name: trainer)

    def run(self, *only: str, **wanted: object) -> Reproduction:
        self.watcher = RecordingWatcher()
        return reproduce(
            Wanted(only=only, **wanted),  # type: ignore[arg-type]
            store=self.store,
            watcher=self.watcher,
            tracker=lambda: self.tracker,
            say=self.said.append,
        )


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path, monkeypatch)


def rows_of(reproduction: Reproduction, name: str) -> tuple[tuple[str, ...], ...]:
    return next(table.rows for table in reproduction.tables if table.name == name)


def test_a_reproduction_compares_judges_and_keeps_its_files(bench):
    done = bench.run("baseline", "hidden", "layers", "grid_search_as_written", points=3, repeats=2)
    assert not done.interrupted
    assert {row[0] for row in rows_of(done, "single_runs")} == {
        "logistic regression",
        "no hidden layer",
        "1 hidden layer",
        "2 hidden layers",
    }
    assert [row[1] for row in rows_of(done, "searches")] == ["8", "8"]
    assert [row[2] for row in rows_of(done, "conclusions")] == ["UNDECIDED"]
    assert {file.name for file in Path(done.folder).iterdir()} >= {
        "reproduction.md",
        "single_runs.csv",
        "single_runs.json",
        "single_runs.png",
        "searches.png",
        "baseline_confusion.png",
        "conclusions.csv",
    }


def test_each_sweep_and_the_whole_are_runs_in_mlflow(bench):
    done = bench.run("hidden", "layers", points=2, repeats=1)
    begun = [r for r in bench.tracker.records if isinstance(r, SweepRecord)]
    ended = {r.sweep_id: r for r in bench.tracker.records if isinstance(r, SweepEnd)}
    assert [record.experiment for record in begun] == ["penguins"] * 3
    plots = [{a.path for a in ended[record.sweep_id].artifacts} for record in begun]
    assert plots[:2] == [{"plots/hidden.png"}, {"plots/layers.png"}]
    assert {"reproduction.md", "tables/conclusions.csv", "plots/single_runs.png"} <= plots[2]
    assert ended[begun[2].sweep_id].tags["sweeps.verdict.layers"] == "undecided"
    assert json.loads(begun[2].artifacts[0].text or "") == {
        "hidden": begun[0].sweep_id,
        "layers": begun[1].sweep_id,
    }
    assert done.where == f"memory/{begun[2].sweep_id}"


def test_an_absent_mlflow_is_said_and_the_files_stay(bench, monkeypatch):
    begin = bench.tracker.begin

    def refuse_summary(record: SweepRecord) -> None:
        if "reproduction" in record.sweep_id:
            raise TrackingError("http://nowhere cannot be reached")
        begin(record)

    monkeypatch.setattr(bench.tracker, "begin", refuse_summary)
    done = bench.run("hidden", repeats=1)
    assert done.where == ""
    assert (Path(done.folder) / "reproduction.md").is_file()
    assert any("http://nowhere" in line for line in bench.said)


def test_an_interruption_stops_cleanly_and_can_be_continued(bench):
    bench.train_with(MadeUp(interrupting=3))
    broken = bench.run("hidden", "layers", "units", points=5, repeats=1)
    assert broken.interrupted
    assert broken.exit_code(strict=True) == 130
    assert [summary.ending for summary in bench.watcher.summaries] == ["finished", "interrupted"]
    assert any("--continue" in line for line in bench.said)
    bench.train_with(MadeUp())
    done = bench.run("hidden", "layers", "units", points=5, repeats=1, go_on=True)
    assert not done.interrupted
    # hidden is taken over, layers goes on where it stopped, units is new.
    assert [result.trial.number for result in bench.watcher.results] == [3, 4, 0, 1, 2, 3, 4]
    assert any("penguins-hidden: taken from sweep" in line for line in bench.said)


def test_what_was_stopped_for_good_is_run_anew(bench):
    bench.train_with(MadeUp(interrupting=3))
    bench.run("layers", points=5, repeats=1)
    (broken,) = bench.watcher.summaries
    coordinator.conclude(
        broken.sweep_id, "stopped", store=bench.store, tracker=lambda: bench.tracker
    )
    bench.train_with(MadeUp())
    done = bench.run("layers", points=5, repeats=1, go_on=True)
    assert not done.interrupted
    assert [result.trial.number for result in bench.watcher.results] == [0, 1, 2, 3, 4]


def signalled(monkeypatch: pytest.MonkeyPatch, number: int, ending: Ending) -> None:
    """The signal comes while a sweep closes: its summary has it, whatever became of the sweep."""
    run = coordinator.run

    def with_signal(*args: object, **options: object) -> Summary:
        return replace(run(*args, **options), signal=number, ending=ending)  # type: ignore[arg-type]

    monkeypatch.setattr(coordinator, "run", with_signal)


@pytest.mark.parametrize(("number", "code"), [(SIGINT, 130), (SIGTERM, 143)])
@pytest.mark.parametrize("ending", ["finished", "out_of_time"])
def test_a_signal_while_a_sweep_closes_ends_the_whole(bench, monkeypatch, number, code, ending):
    with monkeypatch.context() as patch:
        signalled(patch, number, ending)
        broken = bench.run("hidden", "step_decay", repeats=1)
    assert broken.interrupted
    assert broken.exit_code(strict=True) == code
    assert len(bench.watcher.summaries) == 1
    assert any("--continue" in line for line in bench.said)
    # What was finished counts: its rows are in the table, and it is not trained again.
    assert {row[0] for row in rows_of(broken, "single_runs")} >= {"no hidden layer"}
    done = bench.run("hidden", "step_decay", repeats=1, go_on=True)
    assert done.exit_code(strict=False) == 0
    assert len(bench.watcher.results) == 1


def test_a_terminated_reproduction_says_so_by_its_exit_code(bench, monkeypatch):
    signalled(monkeypatch, SIGTERM, "interrupted")
    assert bench.run("hidden", repeats=1).exit_code(strict=False) == 143


def test_failed_trials_are_told_in_a_table_of_their_own(bench):
    bench.train_with(MadeUp(failing=3))
    done = bench.run("hidden", "layers", points=5, repeats=1)
    reason = "trial 3: diverged: loss became nan"
    assert rows_of(done, "failures") == (("layers", "2 of 5", reason),)
    assert done.without_score == ()
    assert done.exit_code(strict=False) == 0
    assert "loss became nan" in (Path(done.folder) / "reproduction.md").read_text()


def test_an_experiment_without_any_score_fails_the_reproduction(bench):
    bench.train_with(MadeUp(failing=0))
    done = bench.run("baseline", "step_decay", "units", "hyperband", points=3, repeats=1)
    assert done.without_score == ("units", "step_decay", "hyperband")
    assert done.exit_code(strict=False) == done.exit_code(strict=True) == 1
    assert [row[0] for row in rows_of(done, "failures")] == ["units", "step_decay", "hyperband"]
    assert replace(done, interrupted=True).exit_code(strict=False) == 130


def test_nothing_is_said_of_failures_where_there_are_none(bench):
    done = bench.run("hidden", repeats=1)
    assert "failures" not in {table.name for table in done.tables}


def test_the_baseline_alone_needs_no_sweep(bench):
    done = bench.run("baseline", repeats=3)
    assert [row[1] for row in rows_of(done, "single_runs")] == ["train accuracy", "test accuracy"]
    assert bench.watcher.summaries == []
    assert done.exit_code(strict=True) == 0


def test_without_continue_everything_is_run_anew(bench):
    bench.run("step_decay", repeats=1)
    bench.run("step_decay", repeats=1)
    assert len(bench.watcher.results) == 1


def test_continue_does_not_take_over_a_sweep_of_other_settings(bench):
    bench.run("step_decay", repeats=1)
    bench.run("step_decay", repeats=2, go_on=True)
    assert len(bench.watcher.results) == 1


@pytest.mark.parametrize(
    ("wanted", "error", "words"),
    [
        (Wanted(only=("layer",)), LookupError, "did you mean 'layers'"),
        (Wanted(points=1), ValueError, "points: 1"),
        (Wanted(repeats=0), SpaceError, "repeats"),
    ],
)
def test_nonsense_is_refused_before_anything_is_trained(wanted, error, words, tmp_path):
    with pytest.raises(error, match=words):
        reproduce(wanted, store=Store.at(tmp_path), say=lambda line: None)
    assert list(tmp_path.iterdir()) == []


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


def verdict(answer):
    return Verdict("layers", "", answer, None, 0.0, "")


@pytest.mark.parametrize(
    ("answers", "strict", "code"),
    [
        (["holds", "undecided"], True, 0),
        (["holds", "does not hold"], True, 4),
        (["does not hold"], False, 0),
    ],
)
def test_only_what_does_not_hold_fails_and_only_when_strict(answers, strict, code, tmp_path):
    done = Reproduction((), tuple(map(verdict, answers)), False, "", str(tmp_path))
    assert done.exit_code(strict) == code
    assert replace(done, interrupted=True).exit_code(strict) == 130
