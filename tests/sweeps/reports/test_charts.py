from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from sweeps.reports.binning import banded, spread, thinned
from sweeps.reports.contour_chart import averaged, contour_of, pair_of, smoothed
from sweeps.reports.curves_chart import curves_of
from sweeps.reports.history_chart import best_so_far, history_of
from sweeps.reports.importance_chart import importance_of
from sweeps.reports.material import MOST_DOTS, Material
from sweeps.reports.parallel_chart import ABSENT, parallel_of
from sweeps.reports.pareto_chart import pareto_of
from sweeps.reports.picture import LeftOut
from sweeps.reports.residuals import Residuals
from sweeps.reports.residuals_chart import residuals_of
from sweeps.reports.rungs_chart import rungs_of
from sweeps.reports.scale import Scale
from sweeps.reports.score_axis import score_axis
from sweeps.reports.slices_chart import slices_of
from sweeps.reports.tie_set_chart import tie_set_of
from sweeps.reports.timeline_chart import bars_of, timeline_of
from sweeps.reports.winner_chart import class_names, winner_of
from sweeps.trial import Part
from tests.sweeps.founds import found
from tests.sweeps.reports import samples

RANGE = Scale("rate", 0.001, 0.1, log=True)
WORDS = Scale("kind", 0.0, 1.0, categories=("a", "b"))


@pytest.fixture(scope="module")
def ordinary() -> Material:
    return Material(samples.ordinary())


@pytest.fixture(scope="module")
def confirmed() -> Material:
    return Material(samples.confirmed())


@pytest.fixture(scope="module")
def large() -> Material:
    return Material(samples.large(2_000))


def test_the_best_so_far_changes_where_a_trial_is_better():
    pairs = [(0, 0.5), (2, 0.4), (3, 0.7), (4, 0.7), (9, 0.9)]
    assert best_so_far(pairs, maximize=True) == ((0, 0.5), (3, 0.7), (9, 0.9))
    assert best_so_far(pairs, maximize=False) == ((0, 0.5), (2, 0.4))


def test_the_history_has_every_trial_and_marks_those_without_a_score(ordinary):
    shown = history_of(ordinary)
    assert len(shown.dots) == 50
    assert shown.bands == ()
    assert (shown.failed, shown.pruned[:2]) == ((11, 28, 45), (4, 13))
    assert "3 failed, 7 pruned" in shown.note
    assert f"from trial {ordinary.best.trial.number}" in shown.alt


def test_what_is_more_than_a_chart_can_show_is_binned(large):
    trials = len(large.scored)
    assert trials > MOST_DOTS
    history, slices, contour = history_of(large), slices_of(large), contour_of(large)
    assert history.dots == ()
    assert sum(band.trials for band in history.bands) == trials
    assert f"{trials:,} trials, binned" in history.note
    assert all(panel.dots == () and panel.bands for panel in slices.panels)
    assert f"{trials:,} trials, binned" in slices.note
    assert not contour.smooth
    assert contour.dots == ()
    lines = parallel_of(large)
    assert len(lines.lines) == 200
    assert lines.lines[-1].score == large.best.score
    assert "200 of" in lines.note


def test_bands_are_quantiles_of_their_blocks():
    pairs = [(float(at), float(at)) for at in range(10)]
    low, high = banded(pairs, [0, 5, 9])
    assert (low.left, low.right, low.trials, low.scores[2]) == (0, 5, 5, 2.0)
    assert (high.trials, high.scores[2]) == (5, 7.0)
    assert banded([(0.5, 1.0)], [0, 1, 2, 3])[0].right == 1


def test_samples_are_even_and_keep_both_ends():
    assert spread(list(range(5)), 9) == [0, 1, 2, 3, 4]
    assert spread(list(range(101)), 5) == [0, 25, 50, 75, 100]
    assert thinned([0, 1, 2, 50, 51, 100], 0, 100, 10) == [2, 51, 100]


def test_an_axis_of_scores_leaves_out_what_is_much_worse():
    scores = [0.9 + 0.001 * at for at in range(100)]
    assert score_axis("a", [*scores, 0.85], maximize=True).beyond == 0
    axis = score_axis("a", [*scores, -40.0], maximize=True)
    assert (axis.beyond, axis.low, axis.high) == (1, 0.9, pytest.approx(0.999))
    assert "1 trial that is much worse" in axis.note
    losses = score_axis("loss", [*scores, 1e9], maximize=False)
    assert (losses.low, losses.beyond) == (0.9, 1)
    assert score_axis("a", [0.5], maximize=True).low == 0.5


def test_panels_come_by_importance_and_leave_out_inactive_trials(ordinary):
    shown = slices_of(ordinary)
    names = [panel.scale.name for panel in shown.panels]
    assert names == list(ordinary.importances)
    assert names[0] in ("learning_rate", "width")
    panels = dict(zip(names, shown.panels, strict=True))
    assert len(panels["width"].dots) == 50
    single = sum(one.trial.config["layer_count"] == 1 for one in ordinary.scored)
    assert len(panels["dropout"].dots) == 50 - single
    assert panels["learning_rate"].scale.log
    assert panels["activation"].scale.labels == ("relu", "tanh", "gelu")
    assert panels["width"].best == (
        float(ordinary.best.trial.config["width"]),
        ordinary.best.score,
    )


def test_importance_needs_trials_and_two_parameters(ordinary):
    shares = dict(importance_of(ordinary).shares)
    assert sum(shares.values()) == pytest.approx(1)
    few = Material(found(*samples.searched(4)))
    assert isinstance(importance_of(few), LeftOut)
    one = samples.sweep_of(space={"width": [1, 2, 4]})
    assert importance_of(Material(found(one, []))) is None


def test_a_surface_is_the_mean_of_what_is_near():
    points = [(0.001, 0.001, 1.0), (0.1, 0.1, 3.0)]
    surface = smoothed(RANGE, RANGE, points)
    assert surface[0, 0] == pytest.approx(1.0)
    assert surface[-1, -1] == pytest.approx(3.0)
    assert math.isnan(surface[0, -1])


def test_choices_have_fields_of_their_own():
    points = [(0.0, 0.001, 1.0), (0.0, 0.001, 2.0), (1.0, 0.1, 5.0)]
    fields = averaged(WORDS, RANGE, points)
    assert fields.shape == (5, 2)
    assert (fields[0, 0], fields[-1, 1]) == (1.5, 5.0)
    assert np.isnan(fields).sum() == 8
    assert averaged(RANGE, RANGE, 300 * [(0.01, 0.01, 1.0)]).shape == (17, 17)
    assert pair_of([WORDS, RANGE]) == (RANGE, WORDS)


def test_a_contour_of_two_choices_is_drawn_of_enough_trials():
    space = {"activation": ["relu", "tanh"], "width": [8, 16]}
    sweep = samples.sweep_of(space=space)
    _, results = samples.searched(20)
    of_two = [
        replace(one, trial=replace(one.trial, config=sweep.space.at(one.trial.number % 4)))
        for one in results
    ]
    shown = contour_of(Material(found(sweep, of_two)))
    assert shown.values.shape == (2, 2)
    assert isinstance(contour_of(Material(found(sweep, of_two[:9]))), LeftOut)


def test_lines_go_through_every_value_or_below_what_is_not_there(ordinary):
    shown = parallel_of(ordinary)
    names = [scale.name for scale in shown.scales]
    best = shown.lines[-1]
    assert best.score == ordinary.best.score
    assert best.places[-1] == 1.0
    assert all(len(line.places) == len(names) + 1 for line in shown.lines)
    absent = sum(line.places[names.index("dropout")] == ABSENT for line in shown.lines)
    assert absent == sum(one.trial.config["layer_count"] == 1 for one in ordinary.scored)


def test_pruned_curves_are_apart_from_whole_ones(ordinary):
    shown = curves_of(ordinary)
    assert (len(shown.whole), len(shown.broken_off)) == (50, 7)
    assert {len(curve) for curve in shown.whole} == {27}
    assert {len(curve) for curve in shown.broken_off} == {3 + n % 7 for n in range(4, 60, 9)}
    assert shown.best[-1][0] == 27


def test_a_promoted_trial_has_one_curve():
    material = Material(samples.halved())
    shown = curves_of(material)
    assert shown.trials == 27 + 12 + 6
    assert len(shown.whole) == 5
    assert len(shown.broken_off) == 40
    assert shown.ended == "not promoted"


def test_scores_of_few_epochs_and_of_many_are_said_to_stand_together(ordinary):
    halved = Material(samples.halved())
    for chart in (slices_of, contour_of, parallel_of):
        assert "scores after 1 to 27 epochs together" in chart(halved).note
        assert "together" not in chart(ordinary).note


def test_importance_says_which_of_several_objectives_it_is_for(ordinary):
    assert (
        "PED-ANOVA for val_accuracy alone" in importance_of(Material(samples.two_objectives())).note
    )
    assert "alone" not in importance_of(ordinary).note


def test_curves_without_histories_are_not_drawn(large):
    assert curves_of(large) is None
    many = replace(large.found, row=replace(large.found.row, done=20_000))
    assert isinstance(curves_of(Material(many)), LeftOut)


def test_rungs_count_who_came_to_them():
    shown = rungs_of(Material(samples.halved()))
    assert [bracket.rungs for bracket in shown.brackets] == [(1, 3, 9, 27), (3, 9, 27), (9, 27)]
    assert [bracket.counts for bracket in shown.brackets] == [(27, 9, 3, 1), (12, 4, 2), (6, 2)]
    first = shown.brackets[0]
    assert sorted(map(len, first.climbs)) == [1] * 18 + [2] * 6 + [3] * 2 + [4]
    best = Material(samples.halved()).best
    assert shown.best is not None
    assert shown.best[1] == (27, best.score)


def test_a_pruner_that_halves_has_rungs_as_well():
    search = {"backend": "random", "trials": 3, "pruner": "successive_halving"}
    sweep, results = samples.searched(3, search=search)
    reports = [((1, 0.4),), ((1, 0.5), (4, 0.7)), ((1, 0.6), (4, 0.8), (16, 0.9))]
    told = [replace(one, reported=r) for one, r in zip(results, reports, strict=True)]
    shown = rungs_of(Material(found(sweep, told)))
    assert [bracket.counts for bracket in shown.brackets] == [(3, 2, 1)]
    assert rungs_of(Material(found(*samples.searched(3)))) is None


def test_the_timeline_has_a_row_for_each_worker(ordinary):
    shown = timeline_of(ordinary)
    assert shown.workers == ("worker 1", "worker 2", "worker 3", "worker 4")
    states = [{state for state, bars in row.items() if bars} for row in shown.bars]
    assert all("done" in each for each in states)
    assert shown.bars[3]["done"][0][0] == pytest.approx(2.0)
    assert 0.6 < shown.busy < 0.9


def test_bars_that_cannot_be_told_apart_are_one():
    spans = [(0, 1_000), (1_001, 2_000), (50_000, 60_000)]
    assert bars_of(spans, 0, 100_000) == ((0.0, 2.0), (50.0, 10.0))
    packed = [(at, at + 5) for at in range(0, 100_000, 10)]
    assert len(bars_of(packed, 0, 100_000)) < 40


def test_without_known_workers_there_is_no_timeline(ordinary):
    sweep, results = samples.searched(3)
    unknown = [replace(one, cost=None) for one in results]
    assert isinstance(timeline_of(Material(found(sweep, unknown))), LeftOut)


def test_the_tie_set_shows_every_confirmed_configuration(confirmed, ordinary):
    shown = tie_set_of(confirmed)
    assert len(shown.rows) == 8
    assert [row.score for row in shown.rows] == sorted((r.score for r in shown.rows), reverse=True)
    assert shown.rows[0].difference > 0
    assert shown.rows[1].difference == pytest.approx(shown.rows[1].score - shown.rows[0].score)
    assert sum(row.recommended for row in shown.rows) == 1
    assert all(row.low <= row.difference <= row.high for row in shown.rows)
    assert isinstance(tie_set_of(ordinary), LeftOut)


def test_the_matrix_is_the_recommended_configurations(confirmed):
    shown = winner_of(confirmed)
    choice = confirmed.trust.choice
    assert (shown.trial, shown.parts) == (choice.trial, 10)
    assert shown.counts[0, 0] == 300
    assert shown.classes == ("Adelie", "Gentoo", "Chinstrap")


def test_classes_without_names_are_numbered(ordinary):
    sweep = ordinary.found.sweep
    assert class_names(sweep, 2) == ("class 0", "class 1")
    gone = replace(sweep, task=replace(sweep.task, name="table", options={"csv": "/gone.csv"}))
    assert class_names(gone, 2) == ("class 0", "class 1")


def test_residuals_are_drawn_of_the_winner_alone(ordinary, tmp_path):
    assert residuals_of(ordinary) is None, "classes have no residuals"
    best = ordinary.best
    numbers = replace(best, metrics={"val_mae": 0.5})
    sweep = found(ordinary.found.sweep, [numbers])
    missing = residuals_of(Material(sweep))
    assert "sweeps report abc234 --residuals" in missing.reason
    Residuals(best.trial.number, ((10.0, 11.0), (20.0, 17.0))).write(tmp_path)
    shown = residuals_of(Material(sweep, Residuals.read(tmp_path)))
    assert shown.dots == ((11.0, -1.0), (17.0, 3.0))
    assert "off by 2 on average" in shown.alt
    Residuals(best.trial.number + 1, ((1.0, 1.0),)).write(tmp_path)
    assert isinstance(residuals_of(Material(sweep, Residuals.read(tmp_path))), LeftOut)
    assert Residuals.read(tmp_path / "nowhere") is None


def test_a_winner_without_a_matrix_has_no_picture(ordinary):
    best = ordinary.best
    bare = tuple(replace(part, confusion={}) for part in best.parts)
    alone = found(ordinary.found.sweep, [replace(best, parts=bare)])
    assert winner_of(Material(alone)) is None
    assert all(isinstance(part, Part) for part in bare)


def test_the_front_is_apart_from_the_others():
    material = Material(samples.two_objectives())
    shown = pareto_of(material)
    assert shown.trials == 50
    assert len(shown.front) + len(shown.others) == 50
    for accuracy, size in shown.others:
        assert any(a >= accuracy and s <= size for a, s in shown.front)
    assert (material.best, tie_set_of(material), contour_of(material)) == (None, None, None)
    assert pareto_of(Material(samples.ordinary(3))) is None
