from __future__ import annotations

import pytest

from search_spaces import Choice, Space, SpaceError, When


def test_whole_shapes_are_one_choice():
    (param,) = Space.read({"width": {"layers": [[128, 64, 32], [64, 64], [8]]}}).params
    assert param.name == "width.layers"
    assert param.domain == Choice(("128-64-32", "64-64", "8"))


def test_shapes_may_have_a_condition():
    written = {"layers": [[2], [3]], "when": {"epochs": 5}}
    space = Space.read({"epochs": [5, 6], "width": written})
    assert space.params[1].when == (When("epochs", (5,)),)
    assert space.count == 3


@pytest.mark.parametrize(
    ("width", "path", "message"),
    [
        ({"layers": [[128, 64], [128, 64]]}, ("layers", 1), "'128-64' is listed twice"),
        ({"layers": [128, 64]}, ("layers", 0), "128 is not a shape"),
        ({"layers": [[128], []]}, ("layers", 1), "a shape without layers"),
        ({"layers": [[128, 0]]}, ("layers", 0, 1), "0 is too small"),
        ({"layers": [[128, 8.0]]}, ("layers", 0, 1), "8.0 is not a whole number"),
        ({"layers": []}, ("layers",), "not a list of shapes"),
        ({"layers": "128-64"}, ("layers",), "not a list of shapes"),
        ({"layers": [[8]], "low": 3}, ("low",), "unknown key"),
    ],
)
def test_faulty_shapes_are_refused(width, path, message):
    with pytest.raises(SpaceError) as caught:
        Space.read({"width": width})
    assert caught.value.path == ("width", *path)
    assert message in caught.value.message


@pytest.mark.parametrize("other", [{"layer_count": 2}, {"ratio": 0.5}])
def test_shapes_exclude_layer_count_and_ratio(other):
    with pytest.raises(SpaceError, match="exclude each other"):
        Space.read({**other, "width": {"layers": [[8, 8]]}})
