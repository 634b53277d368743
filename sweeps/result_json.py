"""Results as JSON text and back, exactly: floats survive bit for bit, nothing is pickled."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from sweeps.trial import (
    Confusion,
    Cost,
    Defined,
    Failure,
    History,
    Part,
    Pruned,
    Result,
    Span,
    Trial,
)


def result_to_json(result: Result) -> str:
    """The result without its trial, which the ledger keeps in columns of its own.

    Raises ValueError for NaN and infinity, which JSON cannot hold.
    """
    # `asdict` would copy every number of every part first, at several times the cost.
    document = vars(result) | {
        "parts": [_plain_part(part) for part in result.parts],
        "error": _plain(result.error),
        "defined": None if result.defined is None else asdict(result.defined),
        "cost": None if result.cost is None else vars(result.cost),
        "pruned": None if result.pruned is None else vars(result.pruned),
    }
    del document["trial"]
    return json.dumps(document, allow_nan=False, separators=(",", ":"))


def parts_to_json(name: str, parts: Iterable[Part]) -> str:
    """Parts of a model that is no trial. Raises ValueError for NaN and infinity."""
    document = {"name": name, "parts": [_plain_part(part) for part in parts]}
    return json.dumps(document, allow_nan=False, separators=(",", ":"))


def parts_from_json(text: str) -> tuple[str, tuple[Part, ...]]:
    """The model's name and its parts, as `parts_to_json` wrote them."""
    document = json.loads(text)
    return document["name"], tuple(_part(part) for part in document["parts"])


def _plain_part(part: Part) -> dict[str, Any]:
    return vars(part) | {"error": _plain(part.error)}


def _plain(failure: Failure | None) -> dict[str, str] | None:
    return None if failure is None else asdict(failure)


def result_from_json(trial: Trial, text: str) -> Result:
    """The result of `trial` that `result_to_json` wrote."""
    document = json.loads(text)
    return Result(
        trial=trial,
        score=document["score"],
        metrics=document["metrics"],
        history=_history(document["history"]),
        seconds=document["seconds"],
        parts=tuple(_part(part) for part in document["parts"]),
        error=_failure(document["error"]),
        trainer=document.get("trainer"),
        notes=document.get("notes", {}),
        defined=defined_of(document.get("defined")),
        cost=_cost(document.get("cost")),
        epoch_ms={int(epoch): at for epoch, at in document.get("epoch_ms", {}).items()},
        pruned=_pruned(document.get("pruned")),
        reported=_reported(document.get("reported", ())),
    )


def brief_from_json(trial: Trial, text: str) -> Result:
    """The same without history, parts and epochs' times: a fifth of the memory, for thousands."""
    document = json.loads(text)
    return Result(
        trial=trial,
        score=document["score"],
        metrics=document["metrics"],
        history={},
        seconds=document["seconds"],
        error=_failure(document["error"]),
        trainer=document.get("trainer"),
        notes=document.get("notes", {}),
        defined=defined_of(document.get("defined")),
        cost=_cost(document.get("cost")),
        pruned=_pruned(document.get("pruned")),
        reported=_reported(document.get("reported", ())),
    )


def confirmations_whole(trial: Trial, text: str) -> Result:
    """Of the search's trials in brief, of confirmations all: what trust is made of."""
    return (brief_from_json if trial.confirms is None else result_from_json)(trial, text)


def _part(document: Mapping[str, Any]) -> Part:
    return Part(
        fold=document["fold"],
        repeat=document["repeat"],
        metrics=document["metrics"],
        history=_history(document["history"]),
        seconds=document["seconds"],
        confusion=_confusion(document["confusion"]),
        error=_failure(document["error"]),
        counted_seconds=document.get("counted_seconds", 0.0),
        pack=document.get("pack"),
    )


def _history(document: Mapping[str, list[float]]) -> History:
    return {name: tuple(values) for name, values in document.items()}


def _confusion(document: Mapping[str, list[list[int]]]) -> Confusion:
    return {split: tuple(tuple(row) for row in rows) for split, rows in document.items()}


def _failure(document: Mapping[str, Any] | None) -> Failure | None:
    return None if document is None else Failure(**document)


def defined_of(document: Mapping[str, Any] | None) -> Defined | None:
    """What `asdict` made of it."""
    if document is None:
        return None
    values = tuple(document.get("values", ()))
    reported = _reported(document["reported"])
    return Defined(**{**document, "reported": reported, "values": values})


def _cost(document: Mapping[str, Any] | None) -> Cost | None:
    if document is None:
        return None
    return Cost(**{**document, "spans": tuple(Span(*one) for one in document.get("spans", ()))})


def _pruned(document: Mapping[str, Any] | None) -> Pruned | None:
    return None if document is None else Pruned(**document)


def _reported(pairs: Iterable[Iterable[Any]]) -> tuple[tuple[int, float], ...]:
    return tuple((step, value) for step, value in pairs)
