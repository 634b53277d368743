from __future__ import annotations

from pathlib import Path

import pytest

from sweeps import cores
from sweeps.price.layout import Layout, laid_out
from sweeps.price.loads import load_of, makespan, narrowed, shortened
from sweeps.trainers.trainer import Pack
from tests.sweeps.fakes import FakeTrainer
from tests.sweeps.price.rehearsed import parts_of


def packs(layout: Layout) -> list[Pack]:
    return [pack for batch in layout.batches for pack in batch]


def test_packs_of_one_program_are_of_one_kind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    parts = parts_of(monkeypatch)
    found = packs(laid_out(parts, tmp_path))
    kinds = {load_of(pack, parts.trainer, parts.problem).kind for pack in found}
    # Widths of 8 and 16 share one, and depths do not.
    assert len(kinds) == 4


def test_work_grows_with_the_epochs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    parts = parts_of(monkeypatch)
    pack = packs(laid_out(parts, tmp_path))[0]
    whole = load_of(pack, parts.trainer, parts.problem)
    short = load_of(shortened(pack, 1), parts.trainer, parts.problem)
    assert whole.work == pytest.approx(4 * short.work)
    assert whole.kind == short.kind
    assert whole.fits == short.fits
    assert all(fit.budget == 1 for fit in shortened(pack, 1).fits)


def test_a_pack_of_many_lanes_is_cut_to_as_many_as_there_are_cores(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cores, "threads", lambda: 2)
    space = {"layer_count": 1, "width": 100, "epochs": 4}
    parts = parts_of(monkeypatch, evaluate={"repeats": 300}, space=space)
    (pack,) = packs(laid_out(parts, tmp_path))
    assert narrowed(pack, parts.trainer, parts.problem) == pack  # an epoch is short
    monkeypatch.setattr("sweeps.price.loads.FEW_LANES", 0.0)
    cut = narrowed(pack, parts.trainer, parts.problem)
    assert 2 <= len(cut.fits) < len(pack.fits)
    assert cut.fits == pack.fits[: len(cut.fits)]
    whole = load_of(pack, parts.trainer, parts.problem)
    part = load_of(cut, parts.trainer, parts.problem)
    assert part.kind == whole.kind
    assert part.work < whole.work


def test_others_count_epochs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    parts = parts_of(monkeypatch, FakeTrainer())
    found = packs(laid_out(parts, tmp_path))
    loads = [load_of(pack, parts.trainer, parts.problem) for pack in found]
    assert {(load.fits, load.work, load.labour) for load in loads} == {(1, 4.0, 4.0)}
    assert len({load.kind for load in loads}) == 1
    assert narrowed(found[0], parts.trainer, parts.problem) == found[0]


def test_places_are_filled_in_turn() -> None:
    assert makespan([3.0, 1.0, 1.0, 1.0], 2) == 3.0
    assert makespan([1.0, 1.0, 3.0], 2) == 4.0
    assert makespan([2.0], 8) == 2.0
    assert makespan([1.0, 2.0], 1) == 3.0
