from __future__ import annotations

import math
import random

import pytest

from search_spaces import Choice, Float, Int, SpaceError

HUGE = 10**400


@pytest.mark.parametrize(
    ("build", "path", "message"),
    [
        (lambda: Int(300, 256), ("low",), "low 300 is above high 256"),
        (lambda: Int(0, 8, log=True), ("low",), "low 0 is not above 0"),
        (lambda: Int(True, 8), ("low",), "true is not a number"),
        (lambda: Int(1, 8.0), ("high",), "8.0 is not a whole number"),
        (lambda: Int(1, "8"), ("high",), "'8' is text; write it without quotes"),
        (lambda: Int(1, HUGE), ("high",), "401 digits is too large"),
        (lambda: Int(1, 2**63), ("high",), "9223372036854775808 is too large"),
        (lambda: Int(1, 10, step=4), ("step",), "last value reached is 9"),
        (lambda: Int(1, 10, step=0), ("step",), "step 0 is not above 0"),
        (lambda: Int(1, 9, log=True, step=2), ("step",), "exclude each other"),
        (lambda: Int(1, 9, log="yes"), ("log",), "'yes' is neither true nor false"),
        (lambda: Float(0.2, 0.1), ("low",), "low 0.2 is above high 0.1"),
        (lambda: Float(0.0, 1.0, log=True), ("low",), "low 0.0 is not above 0"),
        (lambda: Float(-1.0, 1.0, log=True), ("low",), "low -1.0 is not above 0"),
        (lambda: Float(math.nan, 1.0), ("low",), "nan is not a finite number"),
        (lambda: Float(0.0, math.inf), ("high",), "inf is not a finite number"),
        (lambda: Float(0.0, HUGE), ("high",), "401 digits is too large"),
        (lambda: Float(0.0, True), ("high",), "true is not a number"),
        (lambda: Float(0.0, 0.6, step=0.25), ("step",), "last value reached is 0.5"),
        (lambda: Float(0.0, 0.6, step=-0.1), ("step",), "step -0.1 is not above 0"),
        (lambda: Float(0.0, 0.6, step=math.nan), ("step",), "nan is not a finite number"),
        (lambda: Float(0.1, 0.6, log=True, step=0.1), ("step",), "exclude each other"),
        (lambda: Float(0.0, 1.0, step=1e-300), ("step",), "step 1e-300 is too fine"),
        (lambda: Choice(()), (), "no choices"),
        (lambda: Choice((1, 2, 1.0)), (2,), "1.0 is listed twice"),
        (lambda: Choice(("a", "a")), (1,), "'a' is listed twice"),
        (lambda: Choice((0.5, math.nan)), (1,), "nan is not a finite number"),
        (lambda: Choice((HUGE,)), (0,), "401 digits is too large"),
        (lambda: Choice(([1],)), (0,), "[1] is not a number"),
    ],
)
def test_nonsense_is_refused_by_value_and_place(build, path, message):
    with pytest.raises(SpaceError) as caught:
        build()
    assert caught.value.path == path
    assert message in caught.value.message


def test_decimal_steps_give_the_decimals_one_would_write():
    tenths = Float(0.0, 0.6, step=0.1)
    assert [tenths.at(i) for i in range(7)] == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    thousandths = Float(0.001, 1.0, step=0.001)
    assert [thousandths.at(i) for i in range(1000)] == [round(n / 1000, 3) for n in range(1, 1001)]


def test_a_step_that_fits_but_for_rounding_ends_at_high():
    thirds = Float(0.0, 1.0, step=0.3333333333)
    assert thirds.count == 4
    assert thirds.at(3) == 1.0


DOMAINS = [
    Int(-3, 9, step=3),
    Int(1, 20, log=True),
    Int(5, 5),
    Float(0.0, 0.6, step=0.1),
    Float(-1.5, 1.5, step=0.25),
    Float(0.25, 0.25),
    Choice((True, 1, "1", None, 0.5)),
]


@pytest.mark.parametrize("domain", DOMAINS, ids=repr)
def test_positions_and_values_are_inverse(domain):
    values = [domain.at(i) for i in range(domain.count)]
    assert [domain.index_of(value) for value in values] == list(range(domain.count))
    assert all(domain.contains(value) for value in values)
    for outside in (-1, domain.count):
        with pytest.raises(IndexError):
            domain.at(outside)


@pytest.mark.parametrize("domain", DOMAINS, ids=repr)
def test_draws_reach_every_value_and_no_other(domain):
    rng = random.Random(0)
    drawn = [domain.draw(rng) for _ in range(400)]
    assert all(domain.contains(value) for value in drawn)
    assert {domain.index_of(value) for value in drawn} == set(range(domain.count))


@pytest.mark.parametrize(
    ("domain", "value"),
    [
        (Int(1, 9, step=2), 4),
        (Int(1, 9), 4.0),
        (Int(0, 1), True),
        (Int(1, 9), 10),
        (Int(1, 9), "4"),
        (Float(0.0, 0.6, step=0.1), 0.25),
        (Float(0.0, 0.6, step=0.1), 0.7),
        (Float(0.0, 0.6), 0.7),
        (Float(0.0, 0.6), math.nan),
        (Float(0.0, 1.0), True),
        (Float(0.0, 1.0), HUGE),
        (Choice((0, 1)), False),
        (Choice((True, False)), 1),
        (Choice(("a",)), "b"),
        (Choice((1.0,)), math.nan),
        (Choice(("a",)), ["a"]),
    ],
)
def test_values_outside_are_not_contained(domain, value):
    assert not domain.contains(value)
    with pytest.raises(SpaceError):
        domain.canonical(value)


def test_a_value_is_written_the_domain_s_way():
    assert Float(0.0, 0.6, step=0.1).canonical(0.1 + 0.2) == 0.3
    assert repr(Float(0.0, 2.0).canonical(1)) == "1.0"
    assert repr(Choice((1, 2)).canonical(2.0)) == "2"


def test_a_continuous_range_has_no_grid():
    domain = Float(0.0, 1.0)
    assert domain.count is None
    for ask in (lambda: domain.at(0), lambda: domain.index_of(0.5)):
        with pytest.raises(SpaceError, match="no grid"):
            ask()


def test_a_linear_range_is_drawn_evenly():
    rng = random.Random(1)
    drawn = [Float(2.0, 4.0).draw(rng) for _ in range(2000)]
    assert 0.45 < sum(value < 3.0 for value in drawn) / 2000 < 0.55


@pytest.mark.parametrize(
    "domain", [Float(1e-4, 10.0, log=True), Int(1, 10_000, log=True)], ids=repr
)
def test_a_log_range_is_drawn_evenly_over_magnitudes(domain):
    rng = random.Random(2)
    drawn = [domain.draw(rng) for _ in range(2000)]
    assert all(domain.contains(value) for value in drawn)
    for share in (0.25, 0.5, 0.75):
        below = domain.low ** (1 - share) * domain.high**share
        assert abs(sum(value < below for value in drawn) / 2000 - share) < 0.05


def test_on_a_log_scale_a_whole_number_stands_for_the_half_unit_around_it():
    rng = random.Random(4)
    ones = sum(Int(1, 2, log=True).draw(rng) == 1 for _ in range(2000))
    assert abs(ones / 2000 - math.log(1.5 / 0.5) / math.log(2.5 / 0.5)) < 0.03


def test_the_widest_ranges_are_drawn_within_bounds():
    rng = random.Random(3)
    widest = Float(-1.7e308, 1.7e308)
    assert all(widest.contains(widest.draw(rng)) for _ in range(100))
    assert Int(-(2**63) + 1, 2**63 - 1).count == 2**64 - 1
