"""A curve drawn in a terminal, of dots of braille."""

from __future__ import annotations

from collections.abc import Sequence

from sweeps.wording import figure

DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bits of a braille character: four rows, two columns."""

BLANK = 0x2800


def plotted(values: Sequence[float], width: int, height: int) -> list[str]:
    """Lines of that many characters at most: the values from left to right, ends named at the left.

    Of more values than there are columns of dots each column shows the last one that falls into it.
    Nothing where there are no two values, or no room.
    """
    if len(values) < 2 or height < 2:
        return []
    low, high = min(values), max(values)
    names = [figure(high), *[""] * (height - 2), figure(low)]
    room = max(map(len, names))
    columns = 2 * (width - room - 2)
    if columns < 4:
        return []
    rows = _rows(_sampled(values, columns), low, high, 4 * height)
    cells = [[BLANK] * (columns // 2) for _ in range(height)]
    for column, (top, bottom) in enumerate(rows):
        for row in range(top, bottom + 1):
            cells[row // 4][column // 2] |= DOTS[row % 4][column % 2]
    return [
        f"{name:>{room}} │{''.join(map(chr, line)).rstrip(chr(BLANK))}"
        for name, line in zip(names, cells, strict=True)
    ]


def _sampled(values: Sequence[float], columns: int) -> list[float]:
    last = len(values) - 1
    return [values[round(column * last / (columns - 1))] for column in range(columns)]


def _rows(values: Sequence[float], low: float, high: float, dots: int) -> list[tuple[int, int]]:
    """For each value the dots from the one before it to itself, counted from the top."""
    span = (high - low) or 1.0
    places = [round((dots - 1) * (high - value) / span) for value in values]
    before = [places[0], *places[:-1]]
    return [(min(pair), max(pair)) for pair in zip(before, places, strict=True)]
