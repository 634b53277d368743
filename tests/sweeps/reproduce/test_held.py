from __future__ import annotations

import pytest

from sweeps.reproduce.held import figures_table, hold, sources_table
from sweeps.reproduce.readings import Reading
from sweeps.reproduce.study import Figure
from sweeps.trial import Part, Result, Trial

OURS = Reading("first", final="val_accuracy")


def figure(**settings: object) -> Figure:
    fields = {"label": "accuracy", "place": "a section", "ours": OURS, "says": "acc: 0.9"}
    return Figure(**{**fields, **settings})  # type: ignore[arg-type]


def results(*accuracies: float) -> dict[str, list[Result]]:
    parts = tuple(Part(0, r, {"val_accuracy": a}, {}, 1.0) for r, a in enumerate(accuracies))
    return {"first": [Result(Trial(0, {}), 0.5, {}, {}, 1.0, parts)]}


@pytest.mark.parametrize(
    ("settings", "accuracies", "verdict"),
    [
        ({"published": 0.9, "within": 0.01}, (0.899, 0.9, 0.901), "holds"),
        ({"published": 0.9, "within": 0.01}, (0.7, 0.701, 0.699), "does not hold"),
        ({"published": 0.9, "within": 0.01}, (0.88, 0.92), "undecided"),
        ({"published": 0.9, "within": 0.01}, (0.9,), "undecided"),
        ({"published": "high", "above": 0.5}, (0.899, 0.9, 0.901), "holds"),
        ({"published": "0.8 to 0.85", "above": 0.8, "below": 0.85}, (0.9, 0.901), "does not hold"),
        ({}, (0.9, 0.91), None),
    ],
)
def test_a_figure_is_held_against_the_interval_of_ours(settings, accuracies, verdict):
    (held,) = hold([figure(**settings)], results(*accuracies), {})
    assert held.verdict == verdict
    assert held.ours == accuracies


def test_what_is_not_drawn_by_chance_needs_no_second_repeat():
    plain = figure(ours=Reading(baseline="b", final="val_accuracy"), published=0.82, within=0.01)
    scores = {0: {"val_accuracy": 0.815}}
    (held,) = hold([plain], {}, {"b": scores})
    assert (held.verdict, held.estimate) == ("holds", held.estimate)
    assert held.estimate is not None and held.estimate.low == held.estimate.high == 0.815


def test_figures_of_what_was_not_run_are_absent():
    other = figure(label="other", ours=Reading("second", final="val_accuracy"))
    both = figure(label="both", ours=Reading("first", final="val_accuracy", less=other.ours))
    held = hold([figure(), other, both], results(0.9, 0.91), {})
    assert [one.label for one in held] == ["accuracy"]


def test_the_table_shows_published_ours_spread_and_verdict():
    first = figure(published=0.9, within=0.01, digits=3)
    epoch = figure(label="epoch", published=4, within=1.5, digits=1)
    free = figure(label="free")
    table = figures_table(hold([first, epoch, free], results(0.899, 0.9, 0.901), {}))
    assert table.rows == (
        ("accuracy", "0.900", "0.900", "0.899 to 0.901", "3", "0.890 to 0.910", "holds"),
        ("epoch", "4", "0.9", "0.9 to 0.9", "3", "2.5 to 5.5", "does not hold"),
        ("free", "", "0.9000", "0.8990 to 0.9010", "3", "", ""),
    )


def test_the_table_says_where_nothing_could_be_measured():
    table = figures_table(hold([figure(published=0.9, within=0.01)], {"first": []}, {}))
    assert table.rows == (("accuracy", "0.9000", "", "", "0", "0.8900 to 0.9100", "undecided"),)


def test_a_small_difference_has_no_sign_when_it_is_rounded_to_zero():
    table = figures_table(hold([figure(digits=2)], results(-0.001, -0.002), {}))
    assert table.rows[0][2:4] == ("0.00", "0.00 to 0.00")


def test_the_sources_are_quoted():
    figures = [figure(), figure(label="other", ours=Reading("second", final="val_accuracy"))]
    table = sources_table(figures, hold(figures, results(0.9), {}))
    assert table.rows == (("accuracy", "a section", "acc: 0.9"),)
