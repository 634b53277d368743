"""How courses are cut: into packs for the executor, and packs into lanes."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

import pytest

from sweeps.recipe import Layer, Recipe
from sweeps.trainers.fused import packing
from sweeps.trainers.fused.bucket import Bucket, Sizes, bucket_of
from sweeps.trainers.fused.courses import Course
from sweeps.trainers.fused.packing import (
    FEWEST_SEATS,
    Lane,
    abreast,
    halves,
    lanes_of,
    members,
    packs_of,
    too_large,
    work,
)
from sweeps.trial import Config, Fit, Trial

SIZES = Sizes(features=6, outputs=3, head="softmax", rows=344, train_rows=275)
PENGUIN: Config = {"layer_count": 2, "width": 100, "batch_size": 32, "epochs": 5}


def course(config: Config, place: int = 0, fold: int = 0, budget: int | None = None) -> Course:
    recipe = Recipe.read(config)
    fit = Fit(Trial(place, config), fold, 0, place, budget or recipe.epochs)
    return Course(recipe, (fit,), (place,), (fit.fold, fit.repeat))


def bucketed(courses: Sequence[Course], sizes: Sizes = SIZES) -> list[tuple[Bucket, Course]]:
    return [(bucket_of(one.recipe, sizes), one) for one in courses]


def mixed(count: int, seed: int = 0) -> list[Course]:
    """Courses of a few buckets, of very different cost."""
    draw = random.Random(seed)
    return [
        course(
            {
                "layer_count": draw.choice([1, 2, 5, 30]),
                "width": draw.choice([30, 200]),
                "batch_size": draw.randint(20, 40),
            },
            place,
            budget=draw.choice([1, 10, 300]),
        )
        for place in range(count)
    ]


def bucket(width: int, depth: int = 2, **changes: int) -> Bucket:
    config: Config = {"layer_count": depth, "width": width, **changes}
    return bucket_of(Recipe.read(config), SIZES)


BUCKETS = [
    *(bucket(width, depth) for width in (5, 100, 500, 2000) for depth in (1, 2, 8, 99)),
    bucket(1, 0),
    bucket(100, batch_size=100_000),
]


@pytest.mark.parametrize("seed", range(8))
def test_taking_whole_packs_away_leaves_the_others(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "PACK_WORK", 2e9)
    everything = bucketed(mixed(800, seed))
    packs = list(packs_of(everything))
    assert len(packs) > 20
    draw = random.Random(seed)
    for _ in range(5):
        left = [pack for pack in packs if draw.random() < 0.6]
        kept = {one.places for pack in left for one in pack}
        assert list(packs_of([one for one in everything if one[1].places in kept])) == left


def test_every_course_is_in_one_pack_of_its_bucket() -> None:
    courses = mixed(500)
    packs = list(packs_of(bucketed(courses)))
    assert sorted(one.places for pack in packs for one in pack) == [one.places for one in courses]
    for pack in packs:
        assert len({bucket_of(one.recipe, SIZES) for one in pack}) == 1


def test_activations_are_packed_apart() -> None:
    courses = [
        course({**PENGUIN, "activation": activation}, place)
        for place, activation in enumerate(["tanh", "gelu", "tanh"])
    ]
    packs = packs_of(bucketed(courses))
    assert sorted([one.places for one in pack] for pack in packs) == [[(0,), (2,)], [(1,)]]


def test_shared_rows_are_one_folds() -> None:
    many = Sizes(features=6, outputs=3, head="softmax", rows=60_000, train_rows=50_000)
    courses = [course(PENGUIN, place, fold=place % 2) for place in range(4)]
    packs = packs_of(bucketed(courses, many))
    assert [[one.first.fold for one in pack] for pack in packs] == [[0, 0], [1, 1]]
    assert len(list(packs_of(bucketed(courses)))) == 1


def test_packs_are_of_bounded_work_and_length() -> None:
    long = [course({**PENGUIN, "epochs": 100}, place) for place in range(500)]
    for courses in (long, [course(PENGUIN, place) for place in range(3000)]):
        packs = list(packs_of(bucketed(courses)))
        assert len(packs) > 1
        full = packing.LANES_TOGETHER * members(bucket(100), on_cpu=True)
        for pack in packs:
            assert len(pack) <= packing.MOST_COURSES
            cost = sum(work(bucket(100), one) for one in pack)
            assert cost <= packing.PACK_WORK or len(pack) == full


@pytest.mark.parametrize("on_cpu", [True, False])
@pytest.mark.parametrize("its", BUCKETS, ids=lambda its: f"{its.depth}x{its.width}-{its.batch}")
def test_lanes_are_powers_of_two_within_the_budgets(its: Bucket, on_cpu: bool) -> None:
    full = members(its, on_cpu)
    assert full & (full - 1) == 0
    assert 1 <= full <= packing.MOST_MEMBERS["cpu" if on_cpu else "accelerator"]
    if too_large(its) is None:
        assert full * weight_bytes(its) <= packing.MEMORY
    if on_cpu and not its.looped and full > 1:
        assert full * weight_bytes(its) <= packing.CACHE


def weight_bytes(its: Bucket) -> int:
    """What the weights alone need; Adam's moments and the gradient are as much each."""
    if its.depth == 0:
        return 4 * its.features * its.outputs
    ends = (its.features + its.outputs) * its.width
    return 4 * (ends + (its.depth - 1) * its.width**2)


def test_lanes_side_by_side_share_the_memory() -> None:
    """Small networks take all cores; of large ones fewer are trained at once."""
    small, large = ([Lane(its, (), 1)] * 64 for its in (bucket(100), bucket(4096, depth=3)))
    assert abreast(small, cores=64) == 64
    assert 1 < abreast(large, cores=64) < 8
    assert abreast([Lane(bucket(12_000), (), 1)], cores=64) == 1


def test_lanes_have_room_for_their_courses() -> None:
    for count in (1, 2, 3, 9, 64, 65, 130):
        courses = [course({**PENGUIN, "epochs": 300}, place) for place in range(count)]
        lanes = lanes_of(bucket(100), courses, on_cpu=True)
        assert [one for lane in lanes for one in lane.courses] == courses
        full = members(bucket(100), on_cpu=True)
        for lane in lanes:
            assert len(lane.courses) <= lane.size <= full
            assert lane.size & (lane.size - 1) == 0
        assert all(lane.size == full for lane in lanes[:-1])


def test_a_smaller_last_lane_is_compiled_only_where_idling_costs_more() -> None:
    full = members(bucket(100), on_cpu=True)
    (short,) = lanes_of(bucket(100), [course(PENGUIN)], on_cpu=True)
    (long,) = lanes_of(bucket(100), [course({**PENGUIN, "epochs": 100_000})], on_cpu=True)
    assert short.size == full
    assert long.size == FEWEST_SEATS


def test_work_grows_with_all_that_costs() -> None:
    plain = work(bucket(100), course(PENGUIN))
    weights = 6 * 100 + 100 * 100 + 100 * 3
    assert plain >= 6 * weights * 275 * 5
    assert work(bucket(100), course({**PENGUIN, "epochs": 10})) == 2 * plain
    assert work(bucket(200), course({**PENGUIN, "width": 200})) > 3 * plain
    assert work(bucket(100, 3), course({**PENGUIN, "layer_count": 3})) > 1.8 * plain
    assert work(bucket(100, batch_size=1), course({**PENGUIN, "batch_size": 1})) >= plain


def test_what_no_lane_can_hold_is_said_to_be_too_large() -> None:
    assert too_large(bucket(2000)) is None
    huge = bucket(20_000)
    reason = too_large(huge)
    assert reason is not None
    assert reason.startswith("one network needs 6.")
    assert reason.endswith("GB, and 2 GB are the most")


def test_twenty_thousand_courses_are_cut_in_bounded_memory() -> None:
    recipes = [
        Recipe.read({**PENGUIN, "width": width, "epochs": epochs})
        for width in (20, 100, 180)
        for epochs in (2, 5)
    ]
    trial = Trial(0, PENGUIN)
    everything = []
    for place in range(20_000):
        recipe = recipes[place % len(recipes)]
        fit = Fit(trial, 0, 0, place, recipe.epochs)
        everything.append(
            (bucket_of(recipe, SIZES), Course(recipe, (fit,), (place,), (fit.fold, fit.repeat)))
        )
    tracemalloc.start()
    try:
        packs = packs_of(everything)
        first = next(packs)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000
    assert len(first) <= packing.MOST_COURSES
    assert len(first) + sum(map(len, packs)) == 20_000


def test_packs_are_cut_as_they_are_asked_for() -> None:
    first, second = islice(packs_of(bucketed([course(PENGUIN, at) for at in range(3000)])), 2)
    assert first[0].places == (0,)
    assert second[0].places == (len(first),)


def test_layers_of_other_widths_share_the_work_of_the_widest() -> None:
    """What is padded is computed."""
    narrow = course({"width.layers": "100-1", "epochs": 5})
    assert narrow.recipe.layers == (Layer(100), Layer(1))
    assert work(bucket(100), narrow) == work(bucket(100), course({**PENGUIN}))


@pytest.mark.parametrize(
    ("count", "size", "expected"),
    [
        (64, 64, [(32, 32), (32, 32)]),
        (40, 64, [(32, 32), (8, 32)]),
        (5, 8, [(4, 4), (1, 4)]),
        (3, 64, [(3, 4)]),
        (1, 64, [(1, 1)]),
        (2, 2, [(1, 1), (1, 1)]),
        (1, 1, []),
    ],
)
def test_halves_hold_the_same_courses_in_less_room(
    count: int, size: int, expected: list[tuple[int, int]]
) -> None:
    courses = tuple(course(PENGUIN, place) for place in range(count))
    parts = halves(Lane(bucket(100), courses, size))
    assert [(len(part.courses), part.size) for part in parts] == expected
    if parts:
        assert tuple(one for part in parts for one in part.courses) == courses


def test_several_accelerators_get_a_part_of_a_pack_each() -> None:
    courses = [course(PENGUIN) for _ in range(100)]
    one = lanes_of(bucket(100), courses, on_cpu=False)
    four = lanes_of(bucket(100), courses, on_cpu=False, devices=4)
    assert [len(lane.courses) for lane in one] == [100]
    assert [len(lane.courses) for lane in four] == [32, 32, 32, 4]


WORDY = replace(SIZES, features=10_000, rows=11_000, train_rows=8_000, pieces=60_000)
NEWSWIRE: Config = {"layer_count": 2, "width": 64, "batch_size": 512, "epochs": 20}


def test_packs_are_whole_turns_of_the_cores() -> None:
    """A pack of one lane would leave the other cores idle."""
    long = [course({**NEWSWIRE, "epochs": 1000}, place) for place in range(10)]
    assert [len(pack) for pack in packs_of(bucketed(long, WORDY))] == [4, 4, 2]


def test_sparse_rows_cost_what_is_in_them() -> None:
    its, dense = (
        bucket_of(Recipe.read(NEWSWIRE), sizes) for sizes in (WORDY, replace(WORDY, pieces=0))
    )
    one = course(NEWSWIRE)
    assert work(its, one) < work(dense, one) / 5
    fuller = replace(its, pieces=10 * its.pieces)
    assert work(its, one) < work(fuller, one) < 10 * work(its, one)
    large_batches, small_batches = (
        work(its, course({**NEWSWIRE, "batch_size": size})) for size in (512, 256)
    )
    assert large_batches < small_batches, "every step updates all weights"
    single = replace(its, depth=0, width=0)
    assert work(single, course({"layer_count": 0, "batch_size": 512, "epochs": 20})) > 0


def test_networks_on_sparse_rows_are_small_enough() -> None:
    """Batches of rows are never spread out: 512 of a million columns would be 2 GB."""
    vast = replace(WORDY, features=1_000_000, rows=110_000)
    its = bucket_of(Recipe.read({**NEWSWIRE, "width": 16}), vast)
    assert too_large(its) is None
    assert members(its, on_cpu=True) == 1
