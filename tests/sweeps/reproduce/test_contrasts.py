from __future__ import annotations

import pytest

from sweeps.reproduce.contrasts import unsteadiness

ENDS, MIDDLE = [(1, 10), (90, 99)], [(31, 69)]


def test_neighbours_are_paired_within_each_range_of_a_region():
    lopsided = {1: 0.5, 4: 0.5, 7: 0.5, 91: 0.9, 93: 0.9, 95: 0.9, 97: 0.9, 99: 0.9}
    even = dict.fromkeys(range(31, 70, 5), 0.7)
    contrast = unsteadiness({x: [y] for x, y in (lopsided | even).items()}, MIDDLE, ENDS)
    assert contrast.estimate is not None
    # 7 and 91 are no neighbours: each end is as steady as can be.
    assert contrast.estimate.value == pytest.approx(0.0)
    assert "4 pairs of neighbours against 3" in contrast.basis


def test_jumps_are_taken_on_the_same_split():
    scores = {x: [0.2, 0.8] for x in range(1, 13)} | {x: [0.2, 0.9] for x in range(21, 33)}
    contrast = unsteadiness(scores, [(1, 12)], [(21, 32)])
    assert contrast.estimate is not None
    assert contrast.estimate.high == pytest.approx(0.0)
    assert "12 pairs of neighbours against 12" in contrast.basis
