"""An existing Optuna study, read where it is kept. Nothing is written there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from search_spaces.errors import Path
from search_spaces.spelling import suggestion
from sweeps.backends.optuna_quiet import quiet
from sweeps.errors import SweepError, printable
from sweeps.sweep import StudyChoice, Sweep
from sweeps.trial import Defined
from sweeps.warm_start.earlier import Earlier, Tried

if TYPE_CHECKING:
    from optuna.storages import RDBStorage
    from optuna.study import Study
    from optuna.trial import FrozenTrial

SQLITE = "sqlite:///"
PLAIN = (bool, int, float, str)


def earlier_study(choice: StudyChoice, sweep: Sweep, path: Path) -> Earlier:
    """Its finished trials.

    Raises SweepError for a database that cannot be read or holds no such study, and for a study
    with other directions than the sweep's objectives.
    """
    with quiet(), _opened(choice, path) as storage:
        study = _study(storage, choice, path)
        _check_directions(study, sweep, path)
        return Earlier(study.study_name, tuple(_tried(one) for one in _finished(study)))


@contextmanager
def _opened(choice: StudyChoice, path: Path) -> Iterator[RDBStorage]:
    """The database; a missing SQLite file is no reason to make one."""
    from optuna.exceptions import OptunaError
    from optuna.storages import RDBStorage
    from sqlalchemy.exc import SQLAlchemyError

    place = (*path, "optuna")
    url = _read_only(choice.url, place)
    try:
        storage = RDBStorage(url, skip_table_creation=True)
        try:
            yield storage
        finally:
            storage.remove_session()
            storage.engine.dispose()
    except (SQLAlchemyError, OptunaError, ImportError, RuntimeError, AssertionError) as error:
        message = f"{choice.url} cannot be read as Optuna's: {_why(error)}"
        raise SweepError(message, place) from error


def _why(error: BaseException) -> str:
    """What the database said, in a line; Optuna's own errors only say that it did."""
    said = error.__cause__ if error.__cause__ is not None else error
    return printable(str(getattr(said, "orig", None) or said)).splitlines()[0]


def _read_only(url: str, path: Path) -> str:
    if not url.startswith(SQLITE) or url.startswith(f"{SQLITE}file:"):
        return url
    file = FilePath(url.removeprefix(SQLITE)).absolute()
    if not file.is_file():
        raise SweepError(f"there is no file {file}", path)
    return f"{SQLITE}file:{file}?mode=ro&uri=true"


def _study(storage: RDBStorage, choice: StudyChoice, path: Path) -> Study:
    import optuna

    names = optuna.get_all_study_names(storage)
    name = choice.name
    if name is None and len(names) == 1:
        name = names[0]
    if name not in names:
        listed = suggestion(name or "", names) if names else "no study is in it"
        said = f"no study {name!r} in {choice.url}; {listed}"
        if name is None and names:
            said = (
                f"{len(names):,} studies are in {choice.url}: say which, as in `study: {names[0]}`"
            )
        raise SweepError(said, path if choice.name is None else (*path, "study"))
    return optuna.load_study(study_name=name, storage=storage)


def _check_directions(study: Study, sweep: Sweep, path: Path) -> None:
    found = [direction.name.lower() for direction in study.directions]
    wanted = [objective.goal for objective in sweep.objectives]
    if found != wanted:
        metrics = ", ".join(f"{one.goal} {one.metric}" for one in sweep.objectives)
        message = f"study {study.study_name} is to {', '.join(found)}, this sweep to {metrics}"
        raise SweepError(message, path)


def _finished(study: Study) -> list[FrozenTrial]:
    from optuna.trial import TrialState

    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))


def _tried(trial: FrozenTrial) -> Tried:
    from optuna.distributions import distribution_to_json

    odd = [name for name, value in trial.params.items() if not _is_plain(value)]
    if odd:
        unfit = f"{odd[0]}: {type(trial.params[odd[0]]).__name__} is no plain value"
        return Tried({}, tuple(trial.values), unfit=unfit)
    several = tuple(trial.values) if len(trial.values) > 1 else ()
    texts = {
        name: json.dumps(json.loads(distribution_to_json(one)))
        for name, one in trial.distributions.items()
    }
    reported = tuple(sorted(trial.intermediate_values.items()))
    defined = Defined(dict(trial.params), texts, trial.values[0], reported, several)
    return Tried(dict(trial.params), tuple(trial.values), complete=False, defined=defined)


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, PLAIN)
