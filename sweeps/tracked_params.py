"""What MLflow has as params: of a sweep its constants, of a trial what varies."""

from __future__ import annotations

from dataclasses import asdict

from search_spaces import Derived
from sweeps.sweep import Sweep
from sweeps.trial import Config, Trial


def constants(sweep: Sweep) -> dict[str, str]:
    """What is the same for all trials: it stands once, on the parent."""
    settings = {
        "backend": sweep.search.backend,
        **{f"search.{name}": value for name, value in sweep.search.options.items()},
        **_told_before(sweep),
        **{f"evaluate.{name}": value for name, value in asdict(sweep.evaluate).items()},
        **{f"task.{name}": value for name, value in sweep.task.options.items()},
        **_subject(sweep),
        "objective": ", ".join(f"{one.goal} {one.metric}" for one in sweep.objectives),
        "trainer": sweep.trainer,
        "seed": sweep.seed,
    }
    for param in sweep.space.params:
        if param.fixed and not isinstance(param.domain, Derived):
            settings[param.name] = param.domain.at(0)
    return {name: str(value) for name, value in settings.items()}


def _told_before(sweep: Sweep) -> dict[str, object]:
    entries = sweep.search.warm_start
    names = [one if isinstance(one, str) else (one.name or one.url) for one in entries]
    return {"search.warm_start": ", ".join(names)} if names else {}


def _subject(sweep: Sweep) -> dict[str, object]:
    """The user's own code, where that is what is tuned."""
    subject = sweep.subject
    if subject.kind == "network":
        return {}
    options = {f"{subject.kind}.{name}": value for name, value in subject.options.items()}
    return {subject.kind: subject.path, **options}


def _varying(sweep: Sweep) -> list[str]:
    return [param.name for param in sweep.space.params if not param.fixed]


def varied(sweep: Sweep, config: Config, defined: bool = False) -> dict[str, str]:
    """What varies; of a configuration that was defined in training it is all."""
    names = list(config) if defined else _varying(sweep)
    return {name: str(config[name]) for name in names if name in config}


def rung(trial: Trial) -> dict[str, str]:
    """The epochs that a trial was given, where that is not what its configuration says."""
    return {} if trial.budget is None else {"budget_epochs": str(trial.budget)}
