from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sweeps.reports.candidates_plot import draw_candidates
from sweeps.reports.comparison_plot import draw_comparison
from sweeps.reports.confusion_plot import draw_confusion
from sweeps.reports.curve_plot import Curve, draw_curve
from sweeps.reports.training_plot import Training, draw_training
from tests.sweeps.reproduce.made_up import result

PNG = b"\x89PNG\r\n"


def curve(scores, marks=None):
    return Curve("Units", "units", {"train": scores, "test": scores}, marks or {}, "one network")


def lines_of(axes, label):
    return [line for line in axes.lines if line.get_label() == label]


def test_few_values_of_one_repeat_are_joined_dots(tmp_path, figures):
    path = draw_curve(curve({1: [0.5], 2: [0.7], 9: [0.9]}), tmp_path / "x.png")
    assert path.read_bytes().startswith(PNG)
    (axes,) = figures[0].axes
    (line,) = lines_of(axes, "test rows")
    assert list(line.get_xdata()) == [1, 2, 9]
    assert list(line.get_ydata()) == [0.5, 0.7, 0.9]
    assert (axes.get_xlabel(), axes.get_title("left")) == ("units", "Units")
    assert "accuracy" in axes.get_ylabel()


def test_many_values_of_one_repeat_get_a_running_median_that_keeps_the_ends(tmp_path, figures):
    scores = {x: [0.1 if x == 1 else 0.9] for x in range(1, 100)}
    draw_curve(curve(scores), tmp_path / "x.png")
    (line,) = lines_of(figures[0].axes[0], "training rows")
    assert line.get_ydata()[0] == 0.1
    assert "running median" in figures[0].get_supxlabel()
    assert set(line.get_ydata()[1:]) == {0.9}


def test_repeats_have_a_band_around_their_median(tmp_path, figures):
    scores = {x: [0.5, 0.6, 0.9] for x in range(1, 5)}
    draw_curve(curve(scores), tmp_path / "x.png")
    (axes,) = figures[0].axes
    assert len(axes.collections) == 2
    band = axes.collections[0].get_datalim(axes.transData)
    assert band.y0 == pytest.approx(np.percentile([0.5, 0.6, 0.9], 5))
    assert list(lines_of(axes, "test rows")[0].get_ydata()) == [0.6] * 4


def test_what_the_study_speaks_of_is_marked(tmp_path, figures):
    draw_curve(curve({1: [0.5], 90: [0.9]}, {80: "no gain beyond"}), tmp_path / "x.png")
    (axes,) = figures[0].axes
    assert any(list(line.get_xdata()) == [80, 80] for line in axes.lines)
    assert [text.get_text() for text in axes.texts] == ["no gain beyond"]


def test_confusion_matrices_show_their_counts(tmp_path, figures):
    models = {
        "a": {"train": ((9, 1), (0, 5)), "test": ((3, 0), (2, 2))},
        "b": {"test": ((1, 0), (0, 1))},
    }
    draw_confusion("Two", models, ("x", "y"), "", tmp_path / "x.png")
    shown = [axes for axes in figures[0].axes if axes.get_visible()]
    assert [[text.get_text() for text in axes.texts] for axes in shown] == [
        ["9", "1", "0", "5"],
        ["3", "0", "2", "2"],
        ["1", "0", "0", "1"],
    ]


def test_training_shows_the_learning_rate_beside_the_accuracy(tmp_path, figures):
    training = Training("Decay", "learning_rate", {"train": 0.996, "test": 0.986}, 5, "")
    draw_training(training, result(0, {}, repeats=3), tmp_path / "x.png")
    left, right = figures[0].axes
    assert list(left.lines[0].get_ydata()) == pytest.approx([0.2, 0.2, 0.2, 0.1, 0.1])
    # The history holds the rate of the epoch's first step.
    assert left.get_ylabel() == "learning rate at the start of the epoch"
    crosses = [line for line in right.lines if line.get_marker() == "x"]
    assert [list(line.get_ydata()) for line in crosses] == [[0.996], [0.986], []]
    assert [list(line.get_xdata()) for line in crosses] == [[5], [5], []]


def test_repeats_that_stop_early_count_as_long_as_they_train(tmp_path, figures):
    found = result(0, {}, repeats=2)
    short = {name: values[:2] for name, values in found.parts[1].history.items()}
    found = replace(found, parts=(found.parts[0], replace(found.parts[1], history=short)))
    draw_training(Training("Stop", "loss", {}, 5, ""), found, tmp_path / "x.png")
    left, _ = figures[0].axes
    (line,) = lines_of(left, "training rows")
    assert len(line.get_ydata()) == 5
    assert line.get_ydata()[-1] == found.parts[0].history["loss"][-1]


def test_candidates_have_a_row_for_each_search(tmp_path, figures):
    searches = {"published": [0.97, 0.99], "ours": [0.95, 0.96, 0.99]}
    draw_candidates("C", "accuracy", searches, ["published"], "", tmp_path / "x.png")
    (axes,) = figures[0].axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["published", "ours"]
    dots = [list(line.get_xdata()) for line in axes.lines[::2]]
    assert dots == list(searches.values())


def test_the_comparison_has_median_band_and_cross(tmp_path, figures):
    runs = {"dropout": {"test": (0.957, [0.9, 0.95, 1.0])}}
    draw_comparison("C", runs, "", tmp_path / "x.png")
    (axes,) = figures[0].axes
    band, median, cross = axes.lines[:3]
    assert list(band.get_xdata()) == pytest.approx([0.905, 0.995])
    assert list(median.get_xdata()) == [0.95]
    assert list(cross.get_xdata()) == [0.957]
