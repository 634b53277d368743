"""What a sweep began with, and what is told of it when something is another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sweeps.executors.where import HERE
from sweeps.parts import Parts
from sweeps.provenance import Provenance, changes, provenance_of
from sweeps.reading.sweep import read_sweep
from tests.sweeps.bench import DOCUMENT, RANDOM, Bench

KEPT = Provenance(
    versions={"keras": "3.14.0", "numpy": "2.4.0"},
    device="cpu",
    processor="a processor",
    rows="0123456789abcdef",
    split="fedcba9876543210",
    code="",
    own="00112233445566ff",
)


def test_a_sweep_begins_with_it(bench: Bench) -> None:
    summary = bench.run()
    ledger = bench.ledger()
    text = ledger.provenance(summary.sweep_id)
    ledger.close()
    assert text is not None
    assert Provenance.from_json(text) == provenance_of(Parts.of(RANDOM), HERE)
    assert len(text) < 2000


def test_it_is_read_as_it_was_written() -> None:
    assert Provenance.from_json(KEPT.to_json()) == KEPT
    assert changes(KEPT, KEPT) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"rows": "f" * 16}, "rows changed"),
        ({"split": "f" * 16}, "split changed"),
        ({"code": "f" * 16}, "code changed"),
        ({"own": "f" * 16}, "keras-sweeps' own code changed"),
        ({"device": "Tesla T4"}, "device cpu -> Tesla T4"),
        ({"processor": "another"}, "processor a processor -> another"),
        ({"versions": {"keras": "3.15.1", "numpy": "2.4.0"}}, "keras 3.14.0 -> 3.15.1"),
        ({"versions": {"keras": "3.14.0"}}, "numpy 2.4.0 -> unknown"),
    ],
)
def test_what_is_another_now_is_said(changed: dict[str, object], said: str) -> None:
    after = replace(KEPT, **changed)  # type: ignore[arg-type]
    assert [str(change) for change in changes(KEPT, after)] == [said]


def test_repeats_are_no_other_split(bench: Bench) -> None:
    several = read_sweep({**DOCUMENT, "evaluate": {"repeats": 3}})
    folded = read_sweep({**DOCUMENT, "evaluate": {"folds": 3}})
    once = provenance_of(Parts.of(RANDOM), HERE).split
    assert provenance_of(Parts.of(several), HERE).split == once
    assert provenance_of(Parts.of(folded), HERE).split != once
