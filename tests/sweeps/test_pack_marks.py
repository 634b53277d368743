"""Marks of packs: from them a pack is put together, and a missing fit is noticed."""

from __future__ import annotations

from sweeps.pack_marks import marked, name_of, read_mark
from sweeps.trainers.trainer import Pack
from sweeps.trial import Fit, Outcome, Trial

FITS = tuple(
    Fit(Trial(number, {"width": number}), fold, 0, seed=1, budget=2)
    for number in (3, 7)
    for fold in (0, 1)
)


def outcomes() -> list[Outcome]:
    return [Outcome(fit, {}, {}, 0.0) for fit in FITS]


def test_every_outcome_says_where_in_the_pack_it_stood() -> None:
    marks = [read_mark(one.pack or "") for one in marked(outcomes(), Pack(FITS))]
    name = name_of([(3, 0, 0), (3, 0, 1), (7, 0, 0), (7, 0, 1)])
    assert marks == [(name, 0), (name, 1), (name, 2), (name, 3)]


def test_the_name_tells_when_one_is_missing_or_out_of_order() -> None:
    whole = [(3, 0, 0), (3, 0, 1), (7, 0, 0)]
    assert len({name_of(whole), name_of(whole[:2]), name_of(whole[::-1])}) == 3


def test_outcomes_are_equal_whoever_stood_beside_them() -> None:
    assert marked(outcomes(), Pack(FITS)) == outcomes()
