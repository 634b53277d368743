from __future__ import annotations

import pytest

from sweeps.reproduce.estimate import PER_SWEEP, START, in_words, seconds
from sweeps.reproduce.experiments import EXPERIMENTS, sweep_of

BY_NAME = {experiment.name: experiment for experiment in EXPERIMENTS}
MEASURED = {"layers": 161, "units": 15, "ratio": 14, "batch_size": 14, "hyperband": 10}
"""Seconds of the longer experiments with two processes on two cores that did nothing else."""


def training(name, workers=1, **wanted):
    return seconds(sweep_of(BY_NAME[name], **wanted), workers) - PER_SWEEP


@pytest.mark.parametrize("name", BY_NAME)
def test_every_experiment_has_an_estimate(name):
    assert PER_SWEEP < seconds(sweep_of(BY_NAME[name])) < 600


@pytest.mark.parametrize("name", MEASURED)
def test_estimates_are_of_the_size_that_was_measured(name):
    assert MEASURED[name] / 2.5 < seconds(sweep_of(BY_NAME[name]), 2) < MEASURED[name] * 1.5


def test_the_whole_takes_about_as_long_as_was_measured():
    whole = START + sum(seconds(sweep_of(experiment), 2) for experiment in EXPERIMENTS)
    assert whole == pytest.approx(248, rel=0.2)


def test_points_save_in_proportion():
    few, all_of_them = (training("units", points=points) for points in (10, None))
    assert few == pytest.approx(all_of_them / 10)


def test_repeats_use_the_network_that_is_there():
    once, ten_times = (training("layers", repeats=repeats) for repeats in (1, 10))
    assert once < ten_times < 4 * once


def test_fits_of_one_network_are_cheap():
    assert training("batch_size") < training("units")


def test_two_workers_build_their_networks_each():
    one, two = (training("layers", workers, repeats=2) for workers in (1, 2))
    assert one / 2 < two < one
    one, two = (training("layers", workers, repeats=1) for workers in (1, 2))
    assert two == pytest.approx(one / 2)


def test_deeper_networks_cost_more_than_wider_ones():
    assert training("layers") > 3 * training("units")


@pytest.mark.parametrize(
    ("duration", "words"),
    [(3, "10 seconds"), (44, "40 seconds"), (600, "10 minutes"), (3600 * 2.25, "2.2 hours")],
)
def test_durations_read_as_a_person_would_say_them(duration, words):
    assert in_words(duration) == words
