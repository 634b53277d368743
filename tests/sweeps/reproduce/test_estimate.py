from __future__ import annotations

from dataclasses import replace

import pytest

from sweeps.reproduce.estimate import (
    PER_FIT,
    PER_SWEEP,
    PER_TRIAL,
    START,
    Pace,
    cost_of,
    in_words,
    seconds,
)
from sweeps.reproduce.experiments import EXPERIMENTS, sweep_of

BY_NAME = {experiment.name: experiment for experiment in EXPERIMENTS}
IDLE = Pace(operations=5e10, compiling=1.0)
"""About that of two cores that do nothing else, with an empty cache."""


def cost(name, **wanted):
    return cost_of(sweep_of(BY_NAME[name], **wanted))


@pytest.mark.parametrize("name", BY_NAME)
def test_every_experiment_has_an_estimate(name):
    assert START + PER_SWEEP < seconds([(cost(name), 1)], IDLE) < 60


def test_a_cost_is_that_of_one_repeat_whatever_the_file_says():
    assert cost("units", repeats=7) == cost("units")
    assert cost("random_search_as_written").fits == 3


def test_repeats_take_training_and_nothing_else():
    found = cost("units")
    one, three = (seconds([(found, repeats)], IDLE) for repeats in (1, 3))
    assert three - one == pytest.approx(
        2 * (found.operations / IDLE.operations + found.fits * PER_FIT)
    )


def test_fixed_parts_are_counted_once_a_command_a_sweep_and_a_trial():
    free = Pace(operations=1e30, compiling=0.0)
    found = cost("ratio")
    assert seconds([(found, 1)] * 2, free) == pytest.approx(
        START + 2 * (PER_SWEEP + 99 * PER_TRIAL + 99 * PER_FIT)
    )


def test_programs_are_compiled_once_however_many_sweeps_use_them():
    slow = Pace(operations=1e30, compiling=100.0)
    ratio, units = cost("ratio"), cost("units")
    assert ratio.programs & units.programs
    together = ratio.programs | units.programs
    assert seconds([(ratio, 1), (units, 1)], slow) // 100 == len(together)


def test_networks_that_differ_in_epochs_alone_are_trained_once():
    thirty, two = cost("epochs"), cost("epochs", points=2)
    assert (thirty.trials, two.trials) == (30, 2)
    assert thirty.operations == two.operations


def test_deep_networks_are_by_far_the_largest_part():
    rest = sum(cost(name).operations for name in ("units", "ratio", "epochs", "batch_size"))
    assert cost("layers").operations > 3 * rest


def test_a_slower_machine_takes_longer():
    found = [(cost("layers"), 1)]
    assert seconds(found, replace(IDLE, operations=1e9)) > 10 * seconds(found, IDLE)


@pytest.mark.parametrize(
    ("duration", "words"),
    [(3, "10 seconds"), (44, "40 seconds"), (600, "10 minutes"), (3600 * 2.25, "2.2 hours")],
)
def test_durations_read_as_a_person_would_say_them(duration, words):
    assert in_words(duration) == words
