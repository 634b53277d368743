"""Verdicts on the study's conclusions, from results to a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sweeps.reports.measured import scores_over
from sweeps.reports.tables import Table
from sweeps.reproduce.answers import Answer
from sweeps.reproduce.claims import CLAIMS, Verdict
from sweeps.reproduce.experiments import EXPERIMENTS
from sweeps.reproduce.published import Conclusion
from sweeps.trial import Result


def judge(results: Mapping[str, Sequence[Result]]) -> list[Verdict]:
    """The verdicts on every experiment that was run, in the order of the study."""
    verdicts: list[Verdict] = []
    for experiment in EXPERIMENTS:
        if experiment.name in CLAIMS and experiment.name in results:
            scores = scores_over(results[experiment.name], experiment.parameter, "test_accuracy")
            whole = {int(x): values for x, values in scores.items()}
            verdicts += CLAIMS[experiment.name](whole)
    return verdicts


def overall(verdicts: Sequence[Verdict]) -> Answer:
    """A conclusion holds when all its statements do, and does not when one of them does not."""
    answers = {verdict.verdict for verdict in verdicts}
    if answers == {"holds"}:
        return "holds"
    return "does not hold" if "does not hold" in answers else "undecided"


def conclusions_table(conclusions: Sequence[Conclusion], verdicts: Sequence[Verdict]) -> Table:
    """One row per conclusion of the study that was put to the test."""
    rows = []
    for conclusion in conclusions:
        own = [v for v in verdicts if v.experiment == conclusion.experiment]
        if own:
            rows.append((conclusion.experiment, conclusion.text, overall(own).upper()))
    return Table(
        "conclusions",
        "The study's conclusions",
        ("experiment", "the study concludes", "verdict"),
        tuple(rows),
    )


def statements_table(verdicts: Sequence[Verdict]) -> Table:
    """One row per statement: its verdict, and the interval and data that it rests on."""
    rows = tuple((v.experiment, v.text, v.verdict, *_interval(v), v.basis) for v in verdicts)
    return Table(
        "statements",
        "What the conclusions rest on: differences in test accuracy",
        (
            "experiment",
            "statement",
            "verdict",
            "difference",
            "95 % interval",
            "holds if",
            "rests on",
        ),
        rows,
    )


def _interval(verdict: Verdict) -> tuple[str, str, str]:
    """Estimate, interval, and on which side of the threshold it has to lie."""
    needed = f"< {verdict.threshold:.3f}" if verdict.threshold else "> 0"
    if verdict.estimate is None:
        return "", "", needed
    at = verdict.estimate
    return f"{at.value:+.3f}", f"{at.low:+.3f} to {at.high:+.3f}", needed
