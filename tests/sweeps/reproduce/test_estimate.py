from __future__ import annotations

import pytest

from sweeps.reproduce.estimate import PER_SWEEP, in_words, seconds
from sweeps.reproduce.experiments import EXPERIMENTS, sweep_of

BY_NAME = {experiment.name: experiment for experiment in EXPERIMENTS}


@pytest.mark.parametrize("name", BY_NAME)
def test_every_experiment_has_an_estimate(name):
    assert PER_SWEEP < seconds(sweep_of(BY_NAME[name])) < 3600


def test_repeats_cost_in_proportion_and_points_save():
    layers = BY_NAME["layers"]
    once = seconds(sweep_of(layers)) - PER_SWEEP
    assert seconds(sweep_of(layers, repeats=4)) - PER_SWEEP == pytest.approx(4 * once)
    assert seconds(sweep_of(layers, points=3)) - PER_SWEEP == pytest.approx(once * 3 / 99)


def test_deeper_networks_cost_more_than_wider_ones():
    assert seconds(sweep_of(BY_NAME["layers"])) > 3 * seconds(sweep_of(BY_NAME["units"]))


@pytest.mark.parametrize(
    ("duration", "words"),
    [(3, "10 seconds"), (44, "40 seconds"), (600, "10 minutes"), (3600 * 2.25, "2.2 hours")],
)
def test_durations_read_as_a_person_would_say_them(duration, words):
    assert in_words(duration) == words
