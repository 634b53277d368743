from itertools import pairwise
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from sweeps.race.curves import Curve, band
from sweeps.reports.race_plot import LEAST_GAP, RacePicture, _apart, _framed, draw_race

PNG = b"\x89PNG\r\n"


def test_a_race_is_drawn_even_where_all_lines_end_alike(tmp_path: Path) -> None:
    curves = [Curve((10, 40), (0.2, 0.9)), Curve((20,), (0.9,))]
    bands = {name: band(curves, 100) for name in ("grid", "random", "hyperband", "optuna")}
    picture = RacePicture("race", "val_accuracy", bands, "small print")
    assert draw_race(picture, tmp_path / "race.png").read_bytes().startswith(PNG)


def test_losses_that_shrink_by_factors_are_drawn_on_a_logarithmic_axis() -> None:
    figure = Figure()
    axes = figure.subplots()
    _framed(axes, {"grid": band([Curve((1, 50, 90), (0.9, 0.5, 0.01))], 100)})
    assert axes.get_yscale() == "log"
    _framed(axes := figure.subplots(), {"grid": band([Curve((1, 50), (0.5, 0.9))], 100)})
    assert axes.get_yscale() == "linear"


def test_a_race_without_any_score_is_an_empty_picture(tmp_path: Path) -> None:
    picture = RacePicture("race", "val_accuracy", {}, "small print")
    assert draw_race(picture, tmp_path / "race.png").read_bytes().startswith(PNG)


@pytest.mark.parametrize("heights", [(0.9, 0.9, 0.9), (0.1, 0.12, 0.9), (1.0, 0.99, 0.98)])
def test_names_keep_apart_in_their_order_and_inside_the_picture(heights: tuple[float, ...]) -> None:
    placed = _apart(dict(zip("abc", heights, strict=True)))
    found = sorted(placed.values())
    assert all(high - low >= LEAST_GAP - 1e-9 for low, high in pairwise(found))
    assert found[-1] <= 1.0
    ordered = sorted(zip(heights, "abc", strict=True))
    assert [placed[name] for _, name in ordered] == found
