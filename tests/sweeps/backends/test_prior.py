from __future__ import annotations

import random

from sweeps.backends.prior import Prior, telling


def priors(*scores: tuple[float, ...]) -> list[Prior]:
    return [Prior({"number": number}, score) for number, score in enumerate(scores)]


def numbers(found: tuple[Prior, ...]) -> list[int]:
    return [int(prior.config["number"] or 0) for prior in found]


def test_few_are_told_all() -> None:
    few = priors((0.3,), (0.1,), (0.2,))
    assert telling(few, most=3) == tuple(few)


def test_of_many_the_best_half_and_an_even_share_of_the_rest_down_to_the_worst() -> None:
    scores = list(range(100))
    random.Random(1).shuffle(scores)
    kept = telling(priors(*((float(score),) for score in scores)), most=10)
    assert numbers(kept) == sorted(numbers(kept))
    values = sorted(prior.scores[0] for prior in kept)
    assert values[:5] == [0, 1, 2, 3, 4]
    assert values[5] == 5
    assert values[-1] == 99
    assert len(values) == 10


def test_of_several_objectives_what_no_other_beats_comes_before_all() -> None:
    edge = [(0.0, 100.0), (100.0, 0.0)]
    middling = [(50.0 + n, 50.0 + n) for n in range(50)]
    kept = telling(priors(*middling, *edge), most=6)
    assert {50, 51, 0} <= set(numbers(kept))
    assert len(kept) == 6
