from __future__ import annotations

import pytest

from search_spaces import Choice, Space, SpaceError, When


def by_name(description):
    return {param.name: param for param in Space.read(description).params}


def test_dropout_layer_by_layer():
    params = by_name({"layer_count": [1, 2, 3], "dropout": {"layers": [0.0, [0.2, 0.4]]}})
    assert params["dropout.layer_1"].domain == Choice((0.0,))
    assert params["dropout.layer_1"].when == ()
    assert params["dropout.layer_2"].domain == Choice((0.2, 0.4))
    assert params["dropout.layer_2"].when == (When("layer_count", low=2),)


def test_the_study_s_regularizers():
    written = [{"kernel_l1": 0.01, "activity_l2": 0.01}, {"kernel_l2": 0.01, "activity_l1": 0.01}]
    space = Space.read({"layer_count": 2, "width": 100, "regularizers": {"layers": written}})
    assert space.at(0) == {
        "layer_count": 2,
        "width": 100,
        "regularizers.layer_1.kernel_l1": 0.01,
        "regularizers.layer_1.activity_l2": 0.01,
        "regularizers.layer_2.kernel_l2": 0.01,
        "regularizers.layer_2.activity_l1": 0.01,
    }


def test_a_layer_may_be_left_without_regularizers():
    written = {"layers": [{}, None, {"kernel_l2": 0.1}]}
    params = by_name({"layer_count": 3, "regularizers": written})
    assert list(params) == ["layer_count", "regularizers.layer_3.kernel_l2"]


@pytest.mark.parametrize(
    ("network", "when"),
    [
        ({"layer_count": 2}, ()),
        ({"layer_count": {"low": 2, "high": 5}}, ()),
        ({"layer_count": {"low": 0, "high": 5}}, (When("layer_count", low=2),)),
        ({"layer_count": [3, 1]}, (When("layer_count", low=2),)),
        ({"width": {"layers": [[8, 8], [4, 4, 4]]}}, ()),
        (
            {"width": {"layers": [[8], [4, 4], [3, 3, 3]]}},
            (When("width.layers", ("4-4", "3-3-3")),),
        ),
        ({"ratio": {"split": {"total": 10, "first": [3, 4]}}}, ()),
        (
            {"layer_count": {"value": 3, "when": {"epochs": 1}}, "epochs": [1, 2]},
            (When("layer_count", low=2),),
        ),
    ],
)
def test_a_layer_s_parameters_exist_where_the_layer_does(network, when):
    params = by_name({**network, "dropout": {"layers": [0.1, 0.2]}})
    assert params["dropout.layer_2"].when == when


def test_conditions_of_the_list_and_of_an_entry_add_up():
    written = {
        "layers": [0.1, {"choices": [0.2, 0.3], "when": {"epochs": 1}}],
        "when": {"batch_size": 8},
    }
    network = {"layer_count": [1, 2], "epochs": [1, 2], "batch_size": [8, 16]}
    space = Space.read({**network, "dropout": written})
    params = {param.name: param for param in space.params}
    assert params["dropout.layer_1"].when == (When("batch_size", (8,)),)
    assert set(params["dropout.layer_2"].when) == {
        When("batch_size", (8,)),
        When("layer_count", low=2),
        When("epochs", (1,)),
    }
    assert space.count == 7 + 2


@pytest.mark.parametrize(
    ("description", "path", "message"),
    [
        ({"layer_count": [1, 2], "dropout": {"layers": [0, 0, 0]}}, ("layers",), "more than 2"),
        ({"dropout": {"layers": [0.1, 0.2]}}, ("layers",), "more than 1"),
        ({"layer_count": 0, "dropout": {"layers": [0.1]}}, ("layers",), "more than 0"),
        ({"width": {"layers": [[8]]}, "dropout": {"layers": [0, 0]}}, ("layers",), "more than 1"),
        ({"dropout": {"layers": []}}, ("layers",), "not a list with an entry per layer"),
        ({"dropout": {"layers": 0.1}}, ("layers",), "not a list with an entry per layer"),
        ({"dropout": {"layers": [1.0]}}, ("layers", 0), "1.0 is too large"),
        ({"dropout": {"layers": [0.1], "low": 0}}, ("low",), "unknown key"),
    ],
)
def test_faulty_lists_are_refused(description, path, message):
    with pytest.raises(SpaceError) as caught:
        Space.read(description)
    assert caught.value.path == ("dropout", *path)
    assert message in caught.value.message


def test_a_computed_layer_count_has_no_layers_to_list():
    with pytest.raises(SpaceError, match="nobody knows which layers there are"):
        Space.read(
            {"epochs": [1, 2], "layer_count": {"derive": "epochs"}, "dropout": {"layers": [0.1]}}
        )
