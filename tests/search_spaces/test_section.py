"""Groups and kinds, as decay, optimizer, regularizers and early_stopping use them."""

from __future__ import annotations

import pytest

from search_spaces import Choice, Float, Space, SpaceError, When

DROPS = {"drop": [0.3, 0.5], "every_epochs": 3}


def by_name(description):
    return {param.name: param for param in Space.read(description).params}


def test_parameters_of_a_kind_exist_where_it_is_chosen():
    space = Space.read({"decay": {"constant": {}, "step": DROPS, "cosine": None}})
    assert [space.at(index) for index in range(space.count)] == [
        {"decay": "constant"},
        {"decay": "step", "decay.step.drop": 0.3, "decay.step.every_epochs": 3},
        {"decay": "step", "decay.step.drop": 0.5, "decay.step.every_epochs": 3},
        {"decay": "cosine"},
    ]


def test_a_single_kind_is_fixed():
    params = by_name({"decay": {"cosine_restarts": {"first_decay_steps": 1000}}})
    assert params["decay"].fixed
    assert params["decay.cosine_restarts.first_decay_steps"].fixed


@pytest.mark.parametrize(
    ("written", "choices"),
    [
        ("cosine", ("cosine",)),
        (["constant", "cosine"], ("constant", "cosine")),
        ({"choices": ["cosine", "constant"]}, ("cosine", "constant")),
        ({"value": "cosine"}, ("cosine",)),
    ],
)
def test_bare_kinds_have_default_parameters(written, choices):
    (param,) = Space.read({"decay": written}).params
    assert param.domain == Choice(choices)


def test_a_condition_beside_kinds_covers_their_parameters():
    space = Space.read({"epochs": [1, 2], "decay": {"step": DROPS, "when": {"epochs": 2}}})
    params = {param.name: param for param in space.params}
    assert params["decay"].when == (When("epochs", (2,)),)
    assert params["decay.step.drop"].when == (When("decay", ("step",)),)
    assert space.count == 1 + 2


def test_optimizers_have_parameters_of_their_own():
    written = {
        "adam": {"beta_1": [0.9, 0.95]},
        "sgd": {"momentum": {"low": 0.0, "high": 0.9}, "nesterov": [True, False]},
    }
    params = by_name({"optimizer": written})
    assert params["optimizer.adam.beta_1"].when == (When("optimizer", ("adam",)),)
    assert params["optimizer.sgd.momentum"].domain == Float(0.0, 0.9)
    assert params["optimizer.sgd.nesterov"].domain == Choice((True, False))


def test_a_condition_on_a_group_covers_its_parameters():
    written = {"patience": 3, "monitor": ["loss", "accuracy"], "when": {"epochs": {"low": 10}}}
    space = Space.read({"epochs": [5, 20], "early_stopping": written})
    assert space.at(0) == {"epochs": 5}
    assert space.count == 1 + 2


@pytest.mark.parametrize(
    ("description", "path", "message"),
    [
        (
            {"decay": ["constant", "step"]},
            ("decay",),
            "step needs drop and every_epochs; write decay: {step: {drop: …, every_epochs: …}}",
        ),
        ({"decay": {"step": {"drop": 0.5}}}, ("decay", "step"), "every_epochs is missing"),
        ({"decay": {"step": {}}}, ("decay", "step"), "drop is missing"),
        ({"decay": {"stp": {}}}, ("decay", "stp"), "did you mean 'step'?"),
        ({"decay": "stp"}, ("decay",), "did you mean 'step'?"),
        ({"decay": {}}, ("decay",), "no kind"),
        ({"decay": {"step": 0.5}}, ("decay", "step"), "0.5 is not a mapping of drop"),
        (
            {"decay": {"step": {**DROPS, "every_epoch": 1}}},
            ("decay", "step", "every_epoch"),
            "did you mean 'every_epochs'?",
        ),
        (
            {"decay": {"step": {**DROPS, "drop": 1.5}}},
            ("decay", "step", "drop"),
            "1.5 is too large",
        ),
        (
            {"decay": {"step": {**DROPS, "when": {"epochs": 1}}}, "epochs": [1, 2]},
            ("decay", "step", "when"),
            "put `when` beside step",
        ),
        (
            {"early_stopping": {"patience": {"value": 3, "when": {"epochs": 1}}}, "epochs": [1, 2]},
            ("early_stopping", "patience", "when"),
            "cannot depend on a condition",
        ),
        (
            {"optimizer": {"sgd": {"nesterov": 1}}},
            ("optimizer", "sgd", "nesterov"),
            "1 is neither true nor false",
        ),
        (
            {"optimizer": {"sgd": {"beta_1": 0.9}}},
            ("optimizer", "sgd", "beta_1"),
            "known here: momentum, nesterov",
        ),
        ({"regularizers": {"l2": 0.1}}, ("regularizers", "l2"), "unknown key"),
    ],
)
def test_faulty_groups_and_kinds_are_refused(description, path, message):
    with pytest.raises(SpaceError) as caught:
        Space.read(description)
    assert caught.value.path == path
    assert message in caught.value.message
