from __future__ import annotations

import pytest

from sweeps.reproduce import claims
from sweeps.reproduce.claims import CLAIMS, MARGIN
from tests.sweeps.reproduce.made_up import scores


def answers(verdicts):
    return [verdict.verdict for verdict in verdicts]


def flat(_):
    return 0.9


@pytest.mark.parametrize("repeats", [1, 3, 10])
def test_two_layers_are_enough_when_deeper_ones_are_no_better(repeats):
    data = scores(range(1, 100), flat, repeats=repeats, split_noise=0.02)
    assert answers(claims.layers(data)) == ["holds"]


@pytest.mark.parametrize("repeats", [1, 3, 10])
def test_two_layers_are_not_enough_when_deeper_ones_gain_a_tenth(repeats):
    data = scores(range(1, 100), lambda x: 0.85 if x <= 4 else 0.95, repeats=repeats)
    assert answers(claims.layers(data)) == ["does not hold"]


@pytest.mark.parametrize("repeats", [1, 10])
@pytest.mark.parametrize("gain", [0.0, 0.07])
def test_layers_are_undecided_when_noise_hides_the_gain(gain, repeats):
    noise = 0.08 * repeats
    data = scores(range(1, 100), lambda x: 0.85 + gain * (x > 4), lambda _: noise, repeats)
    (verdict,) = claims.layers(data)
    assert verdict.verdict == "undecided"
    assert verdict.estimate is not None
    assert verdict.estimate.low < MARGIN < verdict.estimate.high


def test_collapsed_deep_networks_do_not_help_the_claim():
    def truth(x):
        return 0.85 if x <= 4 else 0.95 if x <= 20 else 0.4

    assert answers(claims.layers(scores(range(1, 100), truth))) == ["does not hold"]


def test_units_hold_when_accuracy_rises_steadies_and_levels_off():
    data = scores(
        range(1, 101), lambda x: 0.5 + 0.45 * min(x, 60) / 60, lambda x: 0.08 if x <= 40 else 0.01
    )
    assert answers(claims.units(data)) == ["holds", "holds", "holds"]


def test_units_do_not_hold_when_all_is_the_other_way_round():
    def truth(x):
        return 0.9 - 0.2 * min(x, 60) / 60 if x <= 80 else 0.9

    data = scores(range(1, 101), truth, lambda x: 0.005 if x <= 40 else 0.06, seed=1)
    assert answers(claims.units(data)) == ["does not hold"] * 3


def test_units_are_undecided_when_nothing_differs_but_noise_is_great():
    assert "undecided" in answers(claims.units(scores(range(1, 101), flat, lambda _: 0.1)))


def test_a_slow_trend_is_not_taken_for_unsteadiness():
    rising = scores(range(1, 101), lambda x: 0.2 + 0.01 * min(x, 60), lambda _: 0.02)
    assert claims.units(rising)[1].verdict == "undecided"


@pytest.mark.parametrize("repeats", [1, 10])
def test_lopsided_ratios_score_lower_and_less_steadily(repeats):
    def ends(x):
        return x <= 10 or x >= 90

    data = scores(
        range(1, 100),
        lambda x: 0.7 if ends(x) else 0.95,
        lambda x: 0.1 if ends(x) else 0.01,
        repeats,
    )
    assert answers(claims.ratio(data)) == ["holds", "holds"]
    turned = scores(
        range(1, 100),
        lambda x: 0.95 if ends(x) else 0.7,
        lambda x: 0.01 if ends(x) else 0.1,
        repeats,
    )
    assert answers(claims.ratio(turned)) == ["does not hold", "does not hold"]


def test_epochs_hold_and_say_until_when():
    def truth(x):
        return min(0.5 + 0.05 * x, 0.95)

    (verdict,) = claims.epochs(scores(range(1, 31), truth, lambda _: 0.004))
    assert verdict.verdict == "holds"
    assert "epoch 10" in verdict.basis
    assert "one training per repeat" in verdict.basis


def test_until_when_is_no_more_certain_than_each_window_by_itself():
    (verdict,) = claims.epochs(scores(range(1, 31), lambda x: min(0.5 + 0.05 * x, 0.95)))
    assert "clearly from" in verdict.basis


def test_epochs_do_not_hold_when_training_longer_harms():
    (verdict,) = claims.epochs(scores(range(1, 31), lambda x: 0.95 - 0.01 * x))
    assert verdict.verdict == "does not hold"


def test_epochs_are_undecided_when_nothing_changes():
    (verdict,) = claims.epochs(scores(range(1, 31), flat, lambda _: 0.02))
    assert verdict.verdict == "undecided"


def test_batches_hold_when_eighty_is_as_good_as_one_and_more_is_worse():
    data = scores(range(1, 276), lambda x: 0.95 if x <= 80 else 0.7)
    assert answers(claims.batch_size(data)) == ["holds", "holds"]


def test_batches_do_not_hold_when_eighty_already_loses():
    data = scores(range(1, 276), lambda x: 0.98 - 0.003 * x if x <= 80 else 0.9)
    assert answers(claims.batch_size(data)) == ["does not hold", "does not hold"]


def test_batches_are_undecided_in_great_noise():
    data = scores(range(1, 276, 30), flat, lambda _: 0.2)
    assert answers(claims.batch_size(data)) == ["undecided", "undecided"]


@pytest.mark.parametrize("name", CLAIMS)
def test_too_few_points_are_undecided_and_say_so(name):
    for verdict in CLAIMS[name]({1: [0.9], 99: [0.9]}):
        assert verdict.verdict == "undecided"
        assert verdict.estimate is None
        assert "too few points" in verdict.basis


@pytest.mark.parametrize("name", CLAIMS)
def test_one_repeat_says_that_neighbours_are_pooled_and_how_far_that_reaches(name):
    for verdict in CLAIMS[name](scores(range(1, 276), flat)):
        assert "1 repeat, neighbouring values pooled" in verdict.basis
        assert "on one split, the same 69 test rows" in verdict.basis


@pytest.mark.parametrize("name", CLAIMS)
def test_a_few_repeats_say_how_many_splits_they_saw(name):
    for verdict in CLAIMS[name](scores(range(1, 276), flat, repeats=3)):
        assert "on 3 splits of 69 test rows each" in verdict.basis


def test_ten_repeats_rest_on_splits_of_their_own():
    (verdict,) = claims.layers(scores(range(1, 100), flat, repeats=10))
    assert "10 repeats, each on a split of its own" in verdict.basis


def test_luck_of_a_split_cancels_within_repeats():
    data = scores(range(1, 100), flat, repeats=10, split_noise=0.2)
    (verdict,) = claims.layers(data)
    assert verdict.verdict == "holds"
    assert verdict.estimate is not None
    assert verdict.estimate.high < MARGIN
