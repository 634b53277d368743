"""What every module shares: its key, its bounds, its place in a description."""

from __future__ import annotations

import pytest

from search_spaces import Choice, Constraint, Float, Int, Space, SpaceError, When
from search_spaces.modules import MODULES

DESIGN = {
    "layer_count": {"low": 1, "high": 4},
    "width": {"low": 8, "high": 256, "log": True},
    "ratio": [0.5, 1.0, 2.0],
    "activation": "relu",
    "learning_rate": {"low": 1e-4, "high": 1e-1, "log": True},
    "decay": {
        "constant": {},
        "step": {"drop": [0.3, 0.5], "every_epochs": 3},
        "cosine_restarts": {"first_decay_steps": 1000},
    },
    "regularizers": {"kernel_l2": {"low": 1e-6, "high": 1e-2, "log": True}},
    "dropout": {"low": 0.0, "high": 0.6, "step": 0.1, "when": {"layer_count": [2, 3, 4]}},
    "batch_size": [8, 16, 32],
    "epochs": 20,
}


def refused(description, constraints=None):
    with pytest.raises(SpaceError) as caught:
        Space.read(description, constraints or {})
    return caught.value


def test_a_whole_description():
    space = Space.read(DESIGN, {"small enough": "layer_count * width <= 512"})
    by_name = {param.name: param for param in space.params}
    assert list(by_name) == [
        "layer_count",
        "width",
        "ratio",
        "activation",
        "learning_rate",
        "decay",
        "decay.step.drop",
        "decay.step.every_epochs",
        "decay.cosine_restarts.first_decay_steps",
        "regularizers.kernel_l2",
        "dropout",
        "batch_size",
        "epochs",
    ]
    assert by_name["width"].domain == Int(8, 256, log=True)
    assert by_name["dropout"].domain == Float(0.0, 0.6, step=0.1)
    assert by_name["dropout"].when == (When("layer_count", (2, 3, 4)),)
    assert by_name["epochs"].domain == Choice((20,))
    assert space.constraints == (Constraint("small enough", "layer_count * width <= 512"),)
    assert space.continuous == ("learning_rate", "regularizers.kernel_l2")


@pytest.mark.parametrize(
    ("key", "fine", "bad"),
    [
        ("layer_count", [0, 99], [-1, 1.5]),
        ("width", [1, 4096], [0, 2.0, "8"]),
        ("ratio", [0.01, 1, 20], [0, -1.0]),
        ("activation", ["relu", "swish"], ["Relu", 1, None]),
        ("initializer", ["he_uniform", "glorot_uniform"], ["he_normal", 1, None]),
        ("dropout", [0, 0.0, 0.99], [1, 1.0, -0.1]),
        ("epochs", [1, 500], [0, 1.5]),
        ("batch_size", [1, 275], [0, -8, "16"]),
        ("learning_rate", [1e-12, 1, 10.0], [0, 0.0, -0.1, "1e-3"]),
        ("decay", ["constant", "cosine"], ["linear", "step", 3]),
        ("optimizer", ["adam", "adamw", "sgd", "rmsprop", "adagrad"], ["Adam", "nadam", True]),
        ("regularizers", [{}, {"kernel_l1": 0}, {"activity_l2": 0.01}], [0.01, {"kernel_l2": -1}]),
        (
            "early_stopping",
            [{"patience": 0}, {"patience": 3, "monitor": "accuracy", "restore_best": True}],
            [3, {}, {"patience": -1}, {"patience": 1, "monitor": "val_loss"}],
        ),
    ],
)
def test_bounds(key, fine, bad):
    for value in fine:
        assert Space.read({key: value}).count == 1
    for value in bad:
        assert refused({key: value}).path[0] == key


def test_every_module_says_in_its_docstring_how_it_is_written():
    for key, read in MODULES.items():
        module = __import__(read.__module__, fromlist=["read"])
        assert module.__name__ == f"search_spaces.{key}"
        assert module.__doc__.startswith(f"`{key}`: ")
        assert f"\n    {key}:" in module.__doc__


def test_unknown_keys_are_refused_with_the_nearest_module():
    error = refused({"width": 8, "learning-rate": 0.1})
    assert error.path == ("learning-rate",)
    assert "did you mean 'learning_rate'?" in error.message
    assert refused({3: 4}).path == ("3",)
    assert "not a mapping" in refused([1]).message


def test_an_empty_description_is_one_configuration():
    assert Space.read({}).at(0) == {}


def test_computed_values_keep_the_module_s_bounds():
    space = Space.read({"layer_count": [1, 2, 3], "width": {"derive": "8 / layer_count"}})
    assert [space.at(index).get("width") for index in range(3)] == [8, 4, None]
    assert "is not a whole number" in space.refusal(space.at(2))


@pytest.mark.parametrize(
    ("constraints", "path", "message"),
    [
        ({"c": "widht < 3"}, ("constraints", "c"), "did you mean 'width'?"),
        ({"c": "width"[:0]}, ("constraints", "c"), "not an expression"),
        ({"c": "width + 3"}, ("constraints", "c"), "compares nothing"),
        ({"c": 3}, ("constraints", "c"), "3 is not an expression"),
        (["width < 3"], ("constraints",), "not a mapping"),
    ],
)
def test_faulty_constraints_are_refused(constraints, path, message):
    error = refused({"width": [1, 2]}, constraints)
    assert error.path == path
    assert message in error.message


@pytest.mark.parametrize(
    ("dropout", "path", "message"),
    [
        ({"value": 0.1, "when": {"layer_cuont": 2}}, ("when", "layer_cuont"), "mean 'layer_count'"),
        ({"value": 0.1, "when": {"layer_count": 9}}, ("when", "layer_count"), "never true"),
        ({"value": 0.1, "when": {"dropout": 0.1}}, (), "a circle"),
        ({"derive": "0.1 * widht"}, ("derive",), "names 'widht'"),
    ],
)
def test_references_are_checked_with_their_place(dropout, path, message):
    error = refused({"layer_count": [1, 2], "dropout": dropout})
    assert error.path == ("dropout", *path)
    assert message in error.message
