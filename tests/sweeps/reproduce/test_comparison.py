from __future__ import annotations

import pytest

from sweeps.reproduce.comparison import Compared, compare, runs_table, searches_table
from sweeps.reproduce.published import PublishedRun, published


@pytest.mark.parametrize(
    ("ours", "sits"),
    [
        ((0.9, 0.95, 0.94), "above all 3"),
        ((0.97, 0.98, 0.99), "below all 3"),
        ((66 / 69, 0.9, 0.99), "above 1, level with 1 of 3"),
        ((0.9,), "above ours"),
        ((0.97,), "below ours"),
        ((66 / 69,), "level with ours"),
    ],
)
def test_the_published_run_has_a_place_among_ours(ours, sits):
    assert Compared("dropout", "test_accuracy", 0.957, ours).sits == sits


def test_parameters_are_equal_or_they_differ():
    assert Compared("x", "parameters", 11103, (11103.0, 11103.0)).sits == "equal"
    assert Compared("x", "parameters", 11103, (11103.0, 11102.0)).sits == "DIFFERS"


def test_the_table_shows_split_0_median_and_spread():
    ours = tuple(0.90 + 0.01 * number for number in range(11))
    table = runs_table([Compared("dropout", "test_accuracy", 0.957, ours)])
    assert table.rows == (
        (
            "dropout",
            "test accuracy",
            "0.957",
            "0.900",
            "0.950",
            "0.905 to 0.995",
            "above 6 of 11",
        ),
    )


def test_one_repeat_has_no_spread_to_show():
    (row,) = runs_table([Compared("dropout", "test_accuracy", 0.957, (0.95,))]).rows
    assert row[4:6] == ("", "")


def test_losses_and_epochs_are_written_as_published():
    figures = {"epochs": 11.0, "first_loss": 6.1275, "parameters": 1003.0}
    run = PublishedRun("early stopping", "early_stopping", "", figures)
    rows = runs_table(
        compare(run, {"epochs": [9.0, 12.0], "first_loss": [6.0, 7.0], "parameters": [1003.0] * 2})
    ).rows
    assert [row[2] for row in rows] == ["11", "6.13", "1,003"]


def test_percentiles_of_epochs_have_three_digits():
    ours = (5.0, 7.0, 12.0, 13.0)
    (row,) = runs_table([Compared("early stopping", "epochs", 11.0, ours)]).rows
    assert row[4:6] == ("9.5", "5.3 to 12.8")


def test_figures_that_we_have_no_draws_of_are_left_out():
    run = published().runs[0]
    assert (
        compare(run, {"train_accuracy": [0.9], "test_accuracy": []})[0].figure == "train_accuracy"
    )
    assert len(compare(run, {"train_accuracy": [0.9], "test_accuracy": []})) == 1


def test_searches_show_the_spread_of_their_candidates():
    random = published().searches[0]
    table = searches_table([(random, {"random search, as written": [0.97, 0.98, 0.99]})])
    assert table.rows[0][:2] == ("random search, published", "10")
    assert table.rows[0][4] == "0.9964"
    assert table.rows[1] == (
        "random search, as written",
        "3",
        "0.9700",
        "0.9800",
        "0.9900",
        "0.0100",
    )
