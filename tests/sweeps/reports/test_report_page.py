"""The report as a person sees it: opened in a real browser, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sweeps.found import Found
from sweeps.reports.charts import gallery_of
from sweeps.reports.material import Material
from sweeps.reports.sweep_report import PAGE, sweep_report
from tests.sweeps.browser import Looked, looked_at, needs_a_browser
from tests.sweeps.reports import samples

pytestmark = [pytest.mark.slow, needs_a_browser]

DESK, PHONE, BETWEEN = 1280, 390, 760
LEGIBLE = 11.0
"""Pixels."""
OPENS_WITHIN = 3000.0
"""Milliseconds."""
MEGABYTE = 2**20

SWEEPS: dict[str, Callable[[], Found]] = {
    "confirmed": samples.confirmed,
    "halved": samples.halved,
    "two_objectives": samples.two_objectives,
    "10,000 trials": samples.large,
    "long names": samples.long_names,
}


@pytest.mark.parametrize("made", SWEEPS.values(), ids=SWEEPS.keys())
def test_every_picture_is_drawn_and_can_be_read(made: Callable[[], Found], tmp_path: Path) -> None:
    material = Material(made())
    wanted = [chart.name.replace("_", "-") for chart, _ in gallery_of(material).drawings]
    assert len(wanted) >= 6
    sweep_report(material.found, tmp_path)
    page = tmp_path / PAGE
    for look in looked_at(page, (DESK, PHONE, BETWEEN), tmp_path):
        kind = "wide" if look.width == DESK else "narrow"
        assert [(one.name, one.kind) for one in look.pictures] == [(n, kind) for n in wanted]
        check(look)
    assert page.stat().st_size < 2 * MEGABYTE


def check(look: Looked) -> None:
    assert look.page <= look.width, f"scrolls sideways at {look.width}"
    assert look.text >= LEGIBLE
    assert look.milliseconds < OPENS_WITHIN
    for one in look.pictures:
        place = f"{one.name} at {look.width}"
        assert one.width > 300, place
        assert one.height > 100, place
        assert one.marks >= 3, f"{place}: nothing is drawn"
        assert one.text is not None, place
        assert one.text >= LEGIBLE, f"{place}: text of {one.text:.1f} pixels"
        assert one.cut == (), f"{place}: text is cut"
        assert one.over == (), f"{place}: texts lie on each other"
