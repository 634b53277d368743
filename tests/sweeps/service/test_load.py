"""A small load with a kill in the middle: the large one is a benchmark, run by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sweeps.service.load import Load, bear
from tests.sweeps.service.load_figures import quantile
from tests.sweeps.service.served import Place


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_when_the_service_is_killed(tmp_path: Path) -> None:
    load = Load(sweeps=6, trials=6, clients=4, kills=1, within=150.0)
    figures = bear(Place.made(tmp_path / "place"), load)
    assert figures.wrong == []
    assert len(figures.submit) >= 6
    assert quantile(figures.status, 0.5) < 1.0


@pytest.mark.parametrize(("part", "value"), [(0.0, 1.0), (0.5, 3.0), (0.99, 5.0), (1.0, 5.0)])
def test_a_quantile_is_one_of_the_values(part: float, value: float) -> None:
    assert quantile([5.0, 1.0, 3.0, 2.0, 4.0], part) == value
