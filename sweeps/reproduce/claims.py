"""The study's conclusions as statements that data can contradict.

Each was written down before any result was seen. A statement holds when the whole 95 % interval
lies on its side of the threshold, does not hold when the whole interval lies on the other side,
and is undecided when the interval includes both. Where the study sees "no great difference", the
threshold is two of the 69 test penguins; where it sees a difference, zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sweeps.reproduce.answers import Answer, Range
from sweeps.reproduce.contrasts import (
    ENOUGH_REPEATS,
    TEST_ROWS,
    Contrast,
    Scores,
    accuracy,
    repeats_of,
    unsteadiness,
)
from sweeps.reproduce.intervals import Estimate
from sweeps.reproduce.saturation import saturated

MARGIN = 2 / TEST_ROWS
"""What counts as a great difference in test accuracy: two of the 69 test penguins."""


@dataclass(frozen=True)
class Verdict:
    """One statement of a conclusion, and what our runs say of it.

    `estimate` is in accuracy (1 = all rows right); its interval is compared with `threshold`.
    """

    experiment: str
    text: str
    verdict: Answer
    estimate: Estimate | None
    threshold: float
    basis: str


def layers(scores: Scores) -> list[Verdict]:
    """Two layers are enough.

    Gain of 5 to 20 hidden layers over 2 (with fewer than five repeats: over 2 to 4) is below the
    margin. Deeper networks are left out: many no longer learn in five epochs, and counting them
    would favour the statement.
    """
    near = (2, 2) if repeats_of(scores) >= ENOUGH_REPEATS else (2, 4)
    gain = accuracy(scores, [near], [(5, 20)])
    named = "2" if near == (2, 2) else "2 to 4"
    return [_below(f"5 to 20 hidden layers gain little over {named}", "layers", gain)]


def units(scores: Scores) -> list[Verdict]:
    """More units raise accuracy and steadiness, and nothing is gained beyond 80.

    Accuracy: 41 to 80 units over 1 to 40. Steadiness: jumps between neighbours in 1 to 40 exceed
    those in 61 to 100. No gain: 81 to 100 units over 61 to 80, below the margin.
    """
    more = accuracy(scores, [(1, 40)], [(41, 80)])
    steady = unsteadiness(scores, [(61, 100)], [(1, 40)])
    beyond = accuracy(scores, [(61, 80)], [(81, 100)])
    return [
        _above("41 to 80 units score higher than 1 to 40", "units", more),
        _above("accuracy jumps more at 1 to 40 units than at 61 to 100", "units", steady),
        _below("81 to 100 units gain little over 61 to 80", "units", beyond),
    ]


def ratio(scores: Scores) -> list[Verdict]:
    """Lopsided ratios score lower and less steadily.

    Lopsided: at most 10 of the 100 units in one of the layers. Even: 31 to 69 in the first.
    """
    lopsided, even = [(1, 10), (90, 99)], [(31, 69)]
    return [
        _above(
            "even shapes (31:69 to 69:31) score higher than lopsided ones (10:90 and beyond)",
            "ratio",
            accuracy(scores, lopsided, even),
        ),
        _above(
            "accuracy jumps more among lopsided shapes than among even ones",
            "ratio",
            unsteadiness(scores, even, lopsided),
        ),
    ]


def epochs(scores: Scores) -> list[Verdict]:
    """More epochs refine the model, and until when.

    Accuracy after 21 to 30 epochs over that after 1 to 5. Until when: see `saturated`. With fewer
    than five repeats the interval speaks of those trainings only, as a repeat is one training
    looked at after each epoch.
    """
    gain = accuracy(scores, [(1, 5)], [(21, 30)])
    until = saturated(scores, (21, 30), MARGIN)
    said = "one training per repeat, so the interval is about these trainings only"
    notes = [gain.basis, *([] if repeats_of(scores) >= ENOUGH_REPEATS else [said])]
    if until is not None:
        notes.append(
            f"little is left to gain (under {MARGIN:.3f}) from about epoch {until.value:.0f}, "
            f"at the earliest {until.low:.0f}, clearly from {until.high:.0f}"
        )
    return [
        _above(
            "21 to 30 epochs score higher than 1 to 5",
            "epochs",
            Contrast(gain.estimate, "; ".join(notes)),
        )
    ]


def batch_size(scores: Scores) -> list[Verdict]:
    """Batches up to 80 are fine: larger ones score lower, and 61 to 80 lose little against 1 to 20.

    The first statement is above zero, the second below the margin.
    """
    larger = accuracy(scores, [(81, 275)], [(1, 80)])
    within = accuracy(scores, [(61, 80)], [(1, 20)])
    return [
        _above("batches of 1 to 80 score higher than 81 to 275", "batch_size", larger),
        _below("batches of 61 to 80 lose little against 1 to 20", "batch_size", within),
    ]


CLAIMS: Mapping[str, Callable[[Scores], list[Verdict]]] = {
    "layers": layers,
    "units": units,
    "ratio": ratio,
    "epochs": epochs,
    "batch_size": batch_size,
}
"""By experiment: its conclusion, as one or more statements."""


def _above(text: str, experiment: str, contrast: Contrast) -> Verdict:
    """The statement that the truth lies above zero."""
    answer = Range(low=0.0).answer(contrast.estimate)
    return Verdict(experiment, text, answer, contrast.estimate, 0.0, contrast.basis)


def _below(text: str, experiment: str, contrast: Contrast) -> Verdict:
    """The statement that the truth lies below the margin."""
    answer = Range(high=MARGIN).answer(contrast.estimate)
    return Verdict(experiment, text, answer, contrast.estimate, MARGIN, contrast.basis)
