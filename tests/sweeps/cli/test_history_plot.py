from __future__ import annotations

import pytest

from sweeps.cli.history_plot import plotted


def test_a_rising_curve() -> None:
    assert plotted([0.0, 1.0, 2.0, 3.0], 8, 2) == ["3 │⠀⠀⢠⠤⠏", "0 │⣀⡖⠚"]


def test_a_step() -> None:
    assert plotted([0.0, 0.0, 1.0, 1.0], 7, 2) == ["1 │⠀⠀⡏⠉", "0 │⣀⣀⡇"]


def test_ends_are_named_and_lines_are_as_wide_as_asked() -> None:
    lines = plotted([0.1234, 0.5, 0.9], 30, 5)
    assert lines[0].startswith("   0.9 │")
    assert lines[-1].startswith("0.1234 │")
    assert len(lines) == 5
    assert max(map(len, lines)) <= 30


def test_equal_values_are_a_line() -> None:
    lines = plotted([0.5] * 40, 20, 3)
    assert lines[0] == "0.5 │" + "⠉" * 15


def test_of_many_values_the_ends_are_shown() -> None:
    lines = plotted([float(value) for value in range(10_000)], 20, 4)
    assert lines[0] == "9999 │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⢀⣠⠴⠚"
    assert lines[-1] == "   0 │⣠⠴⠚⠉"


@pytest.mark.parametrize(
    ("values", "width", "height"),
    [([], 40, 5), ([0.5], 40, 5), ([0.1, 0.2], 6, 5), ([0.1, 0.2], 40, 1), ([0.1, 0.2], 0, -3)],
)
def test_without_values_or_room_there_is_nothing(
    values: list[float], width: int, height: int
) -> None:
    assert plotted(values, width, height) == []
