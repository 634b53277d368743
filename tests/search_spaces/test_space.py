from __future__ import annotations

import pickle
import random

import pytest

import search_spaces
from search_spaces import Choice, Constraint, Derived, Float, Int, Param, Space, SpaceError, When
from search_spaces.quantities import Whole

DEEP = When("layers", low=2)


def network(*more):
    return Space.of(
        Param("dropout", Float(0.0, 0.4, step=0.2), (DEEP,)),
        Param("layers", Int(1, 3)),
        Param("rate", Float(1e-4, 1e-1, log=True)),
        Param("epochs", Choice((20,))),
        Param("units", Derived("24 / layers", Whole(minimum=1))),
        *more,
    )


def test_parameters_stand_behind_what_they_need_and_else_as_listed():
    names = [param.name for param in network().params]
    assert names == ["layers", "dropout", "rate", "epochs", "units"]


def test_varying_are_those_that_a_search_chooses():
    assert [param.name for param in network().varying] == ["layers", "dropout", "rate"]


def test_choose_asks_for_active_varying_parameters_only():
    asked = []

    def pick(param):
        asked.append(param.name)
        return {"layers": 1, "rate": 0.01}[param.name]

    config = network().choose(pick)
    assert asked == ["layers", "rate"]
    assert config == {"layers": 1, "rate": 0.01, "epochs": 20, "units": 24}
    assert list(config) == ["layers", "rate", "epochs", "units"]
    assert type(config["units"]) is int


def test_choose_refuses_values_outside_the_domain():
    with pytest.raises(SpaceError, match="layers: 4 is not a whole number from 1 to 3"):
        network().choose(lambda _: 4)


def test_equal_seeds_draw_equal_configurations():
    space = network()
    first = [space.draw(random.Random(5)) for _ in range(3)]
    assert first[0] == first[1] == first[2]
    assert space.draw(random.Random(6)) != first[0]


def test_a_constraint_refuses_by_name_and_holds_while_a_parameter_is_inactive():
    space = network(Constraint("mild", "dropout * layers <= 0.8"))
    assert space.refusal({"layers": 1, "rate": 0.01}) is None
    assert space.refusal({"layers": 2, "rate": 0.01, "dropout": 0.4}) is None
    refused = {"layers": 3, "rate": 0.01, "dropout": 0.4}
    assert space.refusal(refused) == "mild: dropout * layers <= 0.8"
    assert not space.allows(refused)


def test_the_first_constraint_that_fails_is_named():
    space = network(
        Constraint("one", "layers >= 1"),
        Constraint("two", "layers > 1"),
        Constraint("3", "layers>2"),
    )
    assert space.refusal({"layers": 1}) == "two: layers > 1"


def test_a_constraint_without_a_value_does_not_hold():
    space = network(Constraint("odd", "1 / (layers - 2) > 0"))
    assert space.refusal({"layers": 2}) == "odd: 1 / (layers - 2) > 0 (division by zero)"


def test_a_constraint_that_is_neither_true_nor_false_does_not_hold():
    space = Space.of(
        Param("flag", Choice((True, False))),
        Param("size", Int(1, 2)),
        Constraint("a flag", "flag"),
        Constraint("no flag", "size"),
    )
    assert space.refusal({"flag": False, "size": 1}) == "a flag: flag"
    assert space.refusal({"flag": True, "size": 1}) == "no flag: size"


def test_a_computed_value_outside_its_bounds_refuses_the_configuration():
    space = Space.of(Param("a", Int(1, 5)), Param("b", Derived("12 / a", Whole(minimum=3))))
    configs = [space.at(index) for index in range(5)]
    assert [config.get("b") for config in configs] == [12, 6, 4, 3, None]
    assert space.refusal(configs[4]) == "b: 12 / a: 2.4 is not a whole number"
    small = Space.of(Param("a", Int(6, 6)), Param("b", Derived("12 / a", Whole(minimum=3))))
    assert small.refusal(small.at(0)) == "b: 12 / a: 2 is too small: the smallest value is 3"


def test_a_computed_value_is_inactive_while_one_that_it_names_is():
    space = network(Param("keep", Derived("1 - dropout")), Param("twice", Derived("2 * keep")))
    assert "keep" not in space.check({"layers": 1, "rate": 0.1})
    config = space.check({"layers": 2, "rate": 0.1, "dropout": 0.2})
    assert (config["keep"], config["twice"]) == (0.8, 1.6)


def test_conditions_reach_through_inactive_parameters():
    space = Space.of(
        Param("a", Int(0, 1)),
        Param("b", Int(0, 1), (When("a", (1,)),)),
        Param("c", Int(0, 1), (When("b", (0, 1)),)),
    )
    assert space.at(0) == {"a": 0}
    assert space.count == 5


def test_conditions_on_a_continuous_parameter_take_bounds():
    space = Space.of(
        Param("rate", Float(0.0, 1.0)), Param("momentum", Int(1, 9), (When("rate", high=0.5),))
    )
    assert space.check({"rate": 0.5, "momentum": 3}) == {"rate": 0.5, "momentum": 3}
    assert space.check({"rate": 0.6}) == {"rate": 0.6}


def test_check_completes_and_writes_values_the_domain_s_way():
    config = network().check({"rate": 0.01, "dropout": 0.1 + 0.1, "layers": 2})
    assert config == {"layers": 2, "dropout": 0.2, "rate": 0.01, "epochs": 20, "units": 12}
    assert network().check({**config, "epochs": 20}) == config


@pytest.mark.parametrize(
    ("values", "path", "message"),
    [
        ({"layers": 1}, ("rate",), "missing"),
        ({"layers": 1, "rat": 0.1}, ("rat",), "did you mean 'rate'?"),
        ({"layers": 9, "rate": 0.1}, ("layers",), "9 is not a whole number from 1 to 3"),
        ({"layers": 1, "rate": "0.1"}, ("rate",), "'0.1' is not a number from 0.0001 to 0.1"),
        ({"layers": 1, "rate": [0.1]}, ("rate",), "[0.1] is not a number"),
        (
            {"layers": 1, "rate": 0.1, "dropout": 0.2},
            ("dropout",),
            "exists only when layers is at least 2",
        ),
        ({"layers": 1, "rate": 0.1, "epochs": 5}, ("epochs",), "5 is given, but the space makes"),
        ({"layers": 1, "rate": 0.1, "units": 5}, ("units",), "the space makes it 24"),
        ({"layers": 3, "rate": 0.1, "dropout": 0.2}, (), "refused by shallow: layers < 3"),
    ],
)
def test_check_names_what_is_wrong(values, path, message):
    with pytest.raises(SpaceError) as caught:
        network(Constraint("shallow", "layers < 3")).check(values)
    assert caught.value.path == path
    assert message in caught.value.message


A, B = Param("a", Int(1, 3)), Param("b", Float(0.0, 1.0))


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((A, A), "a: a is given twice"),
        ((A, Param("c", Int(1, 2), (When("aa", (1,)),))), "c.when.aa: 'aa' is no parameter"),
        ((Param("c", Int(1, 2), (When("c", (1,)),)),), "c: c needs c: a circle"),
        (
            (
                Param("c", Int(1, 2), (When("d", (1,)),)),
                Param("d", Int(1, 2), (When("e", (1,)),)),
                Param("e", Int(1, 2), (When("c", (1,)),)),
            ),
            "c: c needs d needs e needs c: a circle",
        ),
        ((Param("c", Derived("d")), Param("d", Derived("c + 1"))), "a circle"),
        ((A, Param("c", Derived("2 * aa"))), "c.derive: '2 * aa' names 'aa'"),
        ((A, Param("c", Int(1, 2), (When("a", (4,)),))), "never true: a is 4, but a is a whole"),
        ((A, Param("c", Int(1, 2), (When("a", low=4),))), "never true: a is at least 4"),
        ((A, Param("c", Int(1, 2), (When("a", ("1",)),))), "never true: a is '1'"),
        ((B, Param("c", Int(1, 2), (When("b", (0.5,)),))), "b is continuous"),
        ((B, Param("c", Int(1, 2), (When("b", low=1.5),))), "never true: b is at least 1.5"),
        (
            (Param("k", Choice((1, "x"))), Param("c", Int(1, 2), (When("k", low=1),))),
            "k can be 'x', which low and high cannot be held against",
        ),
        (
            (A, Param("d", Derived("a + 1")), Param("c", Int(1, 2), (When("d", (2,)),))),
            "d is computed; a condition cannot ask about it",
        ),
        ((A, Constraint("x", "aa < 3")), "constraints.x: 'aa < 3' names 'aa'"),
        ((A, Constraint("x", "a < 3"), Constraint("x", "a < 2")), "constraints.x: given twice"),
    ],
)
def test_what_cannot_be_a_space_is_refused(parts, message):
    with pytest.raises(SpaceError) as caught:
        Space.of(*parts)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: When("a"), "needs values, or low and high"),
        (lambda: When("a", (1,), low=1), "either choices or low and high"),
        (lambda: When("a", ()), "no choices"),
        (lambda: When("a", low=3, high=2), "low 3 is above high 2"),
        (lambda: When("a", low=True), "true is not a number"),
        (lambda: Constraint("x", "a + 1"), "compares nothing"),
        (lambda: Constraint("x", "1 < 2"), "names no parameter"),
        (lambda: Derived("1 + 2"), "names no parameter"),
        (lambda: Derived(3), "3 is not an expression"),
    ],
)
def test_faulty_conditions_and_expressions_are_refused(build, message):
    with pytest.raises(SpaceError) as caught:
        build()
    assert message in str(caught.value)


def test_a_space_is_plain_data():
    space = network(Constraint("mild", "dropout < 0.3"))
    again = pickle.loads(pickle.dumps(space))
    assert again == space
    assert hash(again) == hash(space)
    assert again.check({"layers": 1, "rate": 0.1}) == space.check({"layers": 1, "rate": 0.1})
    assert space != network()
    assert "Constraint" in repr(space)


def test_everything_exported_exists():
    assert all(hasattr(search_spaces, name) for name in search_spaces.__all__)
    assert sorted(search_spaces.__all__) == search_spaces.__all__
