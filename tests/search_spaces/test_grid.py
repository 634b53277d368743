from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search_spaces import Choice, Constraint, Derived, Float, Int, Param, Space, SpaceError, When

SETTINGS = settings(max_examples=150, deadline=None, derandomize=True)


def domains():
    ints = st.builds(
        lambda low, steps, step: Int(low, low + steps * step, step=step),
        st.integers(-2, 2),
        st.integers(0, 4),
        st.integers(1, 3),
    )
    floats = st.sampled_from([Float(0.0, 0.3, step=0.1), Float(-1.0, 1.0, step=0.5)])
    choices = st.sampled_from([Choice(("x", "y", "z")), Choice((2, 0, 1)), Choice((True, 1, None))])
    return st.one_of(ints, floats, choices)


def conditions(name, domain):
    values = [domain.at(i) for i in range(domain.count)]
    some = st.lists(st.sampled_from(values), min_size=1, unique_by=repr).map(
        lambda chosen: When(name, choices=tuple(chosen))
    )
    if isinstance(domain, Choice):
        return some
    low, high = st.sampled_from(values), st.sampled_from(values)
    between = st.tuples(low, high).map(lambda ends: When(name, low=min(ends), high=max(ends)))
    return st.one_of(some, between, low.map(lambda v: When(name, low=v)))


@st.composite
def spaces(draw):
    params = []
    for number in range(draw(st.integers(1, 5))):
        asked = draw(st.lists(st.sampled_from(params), max_size=2)) if params else []
        when = tuple(draw(conditions(param.name, param.domain)) for param in asked)
        params.append(Param(f"p{number}", draw(domains()), when))
    return Space.of(*draw(st.permutations(params)))


def meets(condition, value):
    if condition.choices is not None:
        return any(
            value == choice and isinstance(value, bool) == isinstance(choice, bool)
            for choice in condition.choices
        )
    above = condition.low is None or value >= condition.low
    return above and (condition.high is None or value <= condition.high)


def brute_force(params, config):
    if not params:
        return [config]
    first, *others = params
    if not all(c.name in config and meets(c, config[c.name]) for c in first.when):
        return brute_force(others, config)
    values = [first.domain.at(i) for i in range(first.domain.count)]
    return [p for v in values for p in brute_force(others, {**config, first.name: v})]


@given(spaces())
@SETTINGS
def test_the_grid_is_the_nested_loop_over_active_parameters(space):
    points = brute_force(space.params, {})
    assert space.count == len(points)
    step = max(1, len(points) // 200)
    for index in range(0, len(points), step):
        assert space.at(index) == points[index]
        assert space.index_of(points[index]) == index


@given(spaces(), st.integers(0, 2**32))
@SETTINGS
def test_draw_check_and_grid_agree_on_what_is_active(space, seed):
    drawn = space.draw(random.Random(seed))
    assert space.check(drawn) == drawn
    assert space.at(space.index_of(drawn)) == drawn
    assert drawn in brute_force(space.params, {})


def test_the_last_parameter_changes_fastest():
    space = Space.of(Param("slow", Choice(("a", "b"))), Param("fast", Int(1, 3)))
    points = [tuple(space.at(i).values()) for i in range(space.count)]
    assert points == list(itertools.product("ab", (1, 2, 3)))


class Watched(Int):
    """A range that may be asked for few of its values: a loop over them would fail."""

    asked = 0

    def at(self, index):
        type(self).asked += 1
        assert type(self).asked < 5000
        return super().at(index)


def test_a_huge_conditional_grid_is_counted_without_looking_at_its_values():
    Watched.asked = 0
    roots = [Param(f"root{i}", Watched(0, 10**12)) for i in range(15)]
    leaves = [
        Param(f"leaf{i}", Watched(1, 10**6), (When(f"root{i}", low=3, high=4),)) for i in range(15)
    ]
    space = Space.of(*roots, *leaves)
    pair = 2 * 10**6 + (10**12 + 1 - 2)
    assert space.count == pair**15
    Watched.asked = 0
    last = space.at(space.count - 1)
    assert set(last.values()) == {10**12}
    assert space.index_of(last) == space.count - 1


def test_conditions_on_two_parameters_do_not_multiply_the_work():
    layers = Param("layer_count", Int(1, 4))
    switches = [Param(f"switch{i}", Choice((True, False))) for i in range(20)]
    leaves = [
        Param(f"leaf{i}", Int(1, 10), (When(f"switch{i}", (True,)), When("layer_count", low=2)))
        for i in range(20)
    ]
    space = Space.of(*switches, layers, *leaves)
    assert space.count == 2**20 + 3 * 11**20
    for index in (0, 12345678901234567890, space.count - 1):
        assert space.index_of(space.at(index)) == index


def chain(length):
    links = (
        Param(f"p{number}", Int(0, 1), (When(f"p{number - 1}", low=1),))
        for number in range(1, length)
    )
    return Param("p0", Int(0, 1)), *links


def test_a_long_chain_of_conditions_is_counted_and_a_longer_one_refused():
    space = Space.of(*reversed(chain(151)))
    assert space.count == 152
    assert [len(space.at(index)) for index in (0, 1, 150, 151)] == [1, 2, 151, 151]
    with pytest.raises(SpaceError, match="conditions ask about 151 parameters"):
        Space.of(*chain(152))


def test_a_million_points_are_walked_lazily():
    space = Space.of(
        *(Param(f"p{i}", Int(0, 9)) for i in range(5)),
        Param("last", Int(1, 19), (When("p4", low=5),)),
    )
    assert space.count == 10**4 * (5 + 5 * 19)
    walk = (space.at(index) for index in range(space.count))
    assert next(walk) == {"p0": 0, "p1": 0, "p2": 0, "p3": 0, "p4": 0}
    seen = {tuple(point.values()) for point in itertools.islice(walk, 20_000)}
    assert len(seen) == 20_000


def test_fixed_and_computed_parameters_add_no_points():
    space = Space.of(Param("a", Int(1, 3)), Param("b", Choice((7,))), Param("c", Derived("a * b")))
    assert space.count == 3
    assert space.at(2) == {"a": 3, "b": 7, "c": 21}
    assert space.index_of({"a": 3}) == 2


def test_positions_outside_and_continuous_spaces_are_refused():
    space = Space.of(Param("a", Int(1, 3)))
    for outside in (-1, 3):
        with pytest.raises(IndexError, match="3 points"):
            space.at(outside)
    endless = Space.of(Param("a", Int(1, 3)), Param("rate", Float(0.0, 1.0)))
    assert endless.count is None
    assert endless.continuous == ("rate",)
    with pytest.raises(SpaceError, match="rate: a continuous range has no grid"):
        endless.at(0)


def test_an_empty_space_has_one_point():
    assert Space.of().count == 1
    assert Space.of().at(0) == {}


def test_a_condition_reaches_through_a_fixed_parameter():
    space = Space.of(
        Param("a", Choice((1, 2))),
        Param("kind", Choice(("step",)), (When("a", (2,)),)),
        Param("drop", Choice((0.3, 0.5)), (When("kind", ("step",)),)),
        Param("other", Choice((1, 2))),
    )
    assert space.count == (1 + 2) * 2
    points = [space.at(index) for index in range(space.count)]
    assert sum("drop" in point for point in points) == 4
    assert [space.index_of(point) for point in points] == list(range(6))


def test_entangled_conditions_are_refused_before_they_are_counted_for_hours():
    rng = random.Random(0)
    roots = [Param(f"root{i}", Choice((1, 2))) for i in range(60)]
    leaves = [
        Param(f"leaf{i}", Int(1, 10), tuple(When(root.name, (1,)) for root in rng.sample(roots, 3)))
        for i in range(60)
    ]
    with pytest.raises(SpaceError, match="too entangled for the grid to be counted"):
        _ = Space.of(*roots, *leaves).count


def test_a_grid_beyond_all_measure_is_refused():
    params = [Param(f"p{i}", Int(1, 10**10)) for i in range(30)]
    assert Space.of(*params).count == 10**300
    with pytest.raises(SpaceError, match=r"more than 10\*\*300 points"):
        _ = Space.of(*params, Param("last", Int(1, 2))).count


def test_a_space_has_hundreds_of_parameters_and_constraints_at_most():
    params = [Param(f"p{i}", Int(1, 2)) for i in range(501)]
    assert len(Space.of(*params[:500]).params) == 500
    with pytest.raises(SpaceError, match="501 parameters; a space has at most 500"):
        Space.of(*params)
    constraints = [Constraint(f"c{i}", "p0 < 3") for i in range(101)]
    with pytest.raises(SpaceError, match="101 constraints; a space has at most 100"):
        Space.of(params[0], *constraints)
