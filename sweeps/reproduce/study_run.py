"""`sweeps reproduce NAME`: a study's sweeps and baselines, held against its own figures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import groupby
from statistics import fmean

from sweeps.executors.executor import Slots
from sweeps.executors.where import HERE, Where, slots_for
from sweeps.plan import expected_trials
from sweeps.reproduce.estimate import START, in_words
from sweeps.reproduce.estimators import Scores
from sweeps.reproduce.failures import failures_table, without_score
from sweeps.reproduce.held import Held, figures_table, hold, sources_table
from sweeps.reproduce.reproduction import Found, Reproduction, kept, mlflow, now_ms
from sweeps.reproduce.running import Ran, Runner
from sweeps.reproduce.study import Experiment, Study
from sweeps.reproduce.study_pictures import StudyPictures
from sweeps.store import Store
from sweeps.sweep import Sweep
from sweeps.trainers.choose import trainer_for
from sweeps.trainers.trainer import Trainer
from sweeps.trial import Result
from sweeps.watcher import Watcher
from tracking.tracker import Tracker

__all__ = ["Asked", "Reproduction", "reproduce"]

NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_./]+")


@dataclass(frozen=True)
class Asked:
    """What a person asked for on the command line.

    `only` names experiments and baselines (empty: all); `repeats` is None for what the files say;
    `go_on` takes up what an earlier, interrupted call has done in the same store.
    """

    only: tuple[str, ...] = ()
    repeats: int | None = None
    go_on: bool = False

    def wants(self, name: str) -> bool:
        """Whether it was asked for."""
        return not self.only or name in self.only


def reproduce(
    study: Study,
    asked: Asked,
    *,
    store: Store | None = None,
    where: Where = HERE,
    watcher: Watcher | None = None,
    tracking_uri: str | None = None,
    tracker: Callable[[], Tracker] | None = None,
    say: Callable[[str], None] = print,
) -> Reproduction:
    """Run what was asked for of the study, and hold it against the published figures.

    `say` is told, before anything is trained, how long it takes, and how to go on after an
    interruption. What is logged goes to MLflow at `tracking_uri`, or to what `tracker` opens.
    Raises LookupError for a name that is not the study's, SpaceError for what cannot be run, a
    data set that is not there included.
    """
    study.check_names(asked.only)
    started_ms = now_ms()
    store = store or Store.at()
    tracker = tracker or partial(mlflow, tracking_uri)
    sweeps = [
        (experiment, study.sweep_of(experiment, asked.repeats))
        for experiment in study.experiments
        if asked.wants(experiment.name)
    ]
    say(_announcement(study, asked, sweeps))
    baselines = _baselines(study, asked, say)
    runner = partial(Runner, store, watcher=watcher, tracker=tracker, go_on=asked.go_on, say=say)
    ran = _ran(sweeps, runner, where, say)
    results = {name: one.results for name, one in ran.items() if not one.interrupted}
    saved = _saved(study, ran, dict(sweeps), store, say)
    held = hold(study.figures, results, {**baselines, **saved})
    return kept(_found(study, asked, held, results), ran, started_ms, store, tracker, say)


def _found(
    study: Study, asked: Asked, held: tuple[Held, ...], results: Mapping[str, Sequence[Result]]
) -> Found:
    """What came of it, as it is kept."""
    tables = (figures_table(held), sources_table(study.figures, held), failures_table(results))
    return Found(
        study=study.name,
        note=f"{study.source}, against ours",
        options={"study": study.name, **asdict(asked)},
        tables=[table for table in tables if table.rows],
        verdicts=held,
        figures={_tag(one): fmean(one.ours) for one in held if one.ours},
        answers={_tag(one): one.verdict for one in held if one.verdict is not None},
        without_score=without_score(results),
        draw=lambda _: [],
        repeats=asked.repeats,
    )


def _announcement(study: Study, asked: Asked, sweeps: Sequence[tuple[Experiment, Sweep]]) -> str:
    """How much there is to do, and about how long it takes."""
    fits = sum(
        (expected_trials(sweep) or 0) * max(1, sweep.evaluate.folds) * sweep.evaluate.repeats
        for _, sweep in sweeps
    )
    seconds = START + sum(each.seconds * sweep.evaluate.repeats for each, sweep in sweeps)
    baselines = [each for each in study.baselines if asked.wants(each.name)]
    seconds += sum(each.seconds * (asked.repeats or each.repeats) for each in baselines)
    seconds += sum(each.seconds for each in study.saved if asked.wants(each.sweep))
    parts = [_counted(len(sweeps), "sweep")] if sweeps else []
    parts += [_counted(fits, "fit")] if fits else []
    parts += [_counted(len(baselines), "baseline")] if baselines else []
    return f"{', '.join(parts)}: about {in_words(seconds)} on two cores without a GPU"


def _baselines(study: Study, asked: Asked, say: Callable[[str], None]) -> dict[str, Scores]:
    found: dict[str, Scores] = {}
    for baseline in study.baselines:
        if asked.wants(baseline.name):
            say(f"baseline: {baseline.title}")
            found[baseline.name] = baseline.scores(asked.repeats)
    return found


def _saved(
    study: Study,
    ran: Mapping[str, Ran],
    sweeps: Mapping[Experiment, Sweep],
    store: Store,
    say: Callable[[str], None],
) -> dict[str, Scores]:
    """What the models say that are saved and loaded: the best of sweeps that came to their end."""
    found: dict[str, Scores] = {}
    for model in study.saved:
        sweep = next((sweep for each, sweep in sweeps.items() if each.name == model.sweep), None)
        one = ran.get(model.sweep)
        if sweep is None or one is None or one.stopped or not _scored(one):
            continue
        say(f"saved and loaded: {model.title}")
        found[model.name] = model.scores(one.sweep_id, sweep, store, say)
    return found


def _ran(
    sweeps: Sequence[tuple[Experiment, Sweep]],
    runner: Callable[[Slots], Runner],
    where: Where,
    say: Callable[[str], None],
) -> dict[str, Ran]:
    """What came of each sweep, by its experiment, up to the first that was interrupted.

    Neighbours whose trainers need the same of their processes share an executor.
    """
    ran: dict[str, Ran] = {}
    for needs, group in groupby(sweeps, key=lambda one: _needs(one[1], where)):
        with _slots(where, needs, say) as executor:
            for experiment, sweep in group:
                pictures = StudyPictures(experiment.title)
                ran[experiment.name] = runner(executor).run(sweep, pictures)
                if ran[experiment.name].stopped:
                    say("interrupted; the same command with --continue goes on from here")
                    return ran
    return ran


@dataclass(frozen=True)
class _Needs:
    """What a trainer needs of its processes. Those that need the same are alike."""

    count: int
    environment: Mapping[str, str]
    trainer: Trainer = field(compare=False)


def _needs(sweep: Sweep, where: Where) -> _Needs:
    trainer = trainer_for(sweep.trainer, sweep.subject, sweep.folder)
    return _Needs(where.count(trainer), trainer.environment, trainer)


@contextmanager
def _slots(where: Where, needs: _Needs, say: Callable[[str], None]) -> Iterator[Slots]:
    executor = slots_for(where, needs.trainer, say)
    try:
        yield executor
    finally:
        executor.shutdown(cancel_futures=True)


def _tag(one: Held) -> str:
    return NOT_IN_NAMES.sub("_", one.label).strip("_")


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _scored(one: Ran) -> bool:
    return any(result.score is not None for result in one.results)
