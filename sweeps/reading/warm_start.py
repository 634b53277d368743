"""From a plain list to the earlier searches that a sweep begins with."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from search_spaces.errors import Path
from search_spaces.values import shown
from sweeps.errors import SweepError
from sweeps.reading.section import Section
from sweeps.sweep import StudyChoice, Sweep

PLACE = ("search", "warm_start")
MOST = 100
EXAMPLE = "{optuna: sqlite:///study.db, study: NAME}"
LEARNING = "tpe"
"""The one sampler that earlier results mean something to."""


def read_warm_start(value: Any) -> tuple[str | StudyChoice, ...]:
    """Sweeps by id, and Optuna studies by where they are kept; one or a list."""
    given = value if isinstance(value, list) else [value]
    if len(given) > MOST:
        raise SweepError(f"{len(given):,} are too many: {MOST} at most", PLACE)
    found = [_read(one, (*PLACE, position)) for position, one in enumerate(given)]
    for position, one in enumerate(found):
        if one in found[:position]:
            raise SweepError(f"{shown(given[position])} is given twice", (*PLACE, position))
    return tuple(found)


def _read(value: Any, path: Path) -> str | StudyChoice:
    if isinstance(value, dict):
        return _study(Section.of(value, path).only(("optuna", "study")))
    if not isinstance(value, str) or not value.strip():
        raise SweepError(f"{shown(value)} is neither a sweep's id nor {EXAMPLE}", path)
    if "://" in value:
        message = f"{shown(value)} is no sweep's id; a study is {EXAMPLE}"
        raise SweepError(message, path)
    return value


def _study(section: Section) -> StudyChoice:
    section.required("optuna", "optuna: sqlite:///study.db")
    url = section.text("optuna", "")
    if "://" not in url:
        raise section.wrong("optuna", "is no address of a database, such as sqlite:///study.db")
    if urlsplit(url).password is not None:
        message = (
            "a sweep's description is kept and shown in MLflow: leave the password out; "
            "PostgreSQL's client reads ~/.pgpass, MySQL's ~/.my.cnf"
        )
        raise SweepError(message, (*section.path, "optuna"))
    return StudyChoice(url, section.text("study", "") if "study" in section.values else None)


def check_warm_start(sweep: Sweep) -> None:
    """Raise SweepError where the search would make nothing of what it is told."""
    search = sweep.search
    if not search.warm_start:
        return
    if search.backend != "optuna":
        why = (
            "compares trials of its own rungs only"
            if search.backend == "hyperband"
            else "learns nothing from results"
        )
        message = f"{search.backend} search {why}: write `backend: optuna`, or leave it out"
        raise SweepError(message, PLACE, about_key=True)
    sampler = search.options.get("sampler", LEARNING)
    if sampler != LEARNING:
        message = f"the sampler {shown(sampler)} makes nothing of other searches' results"
        way_out = f"write `sampler: {LEARNING}`, or leave it out"
        raise SweepError(f"{message}: {way_out}", PLACE, about_key=True)
