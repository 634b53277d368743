from __future__ import annotations

import pytest

from search_spaces import Space, SpaceError


def split(total, first, **more):
    return {"ratio": {"split": {"total": total, "first": first}}, **more}


def test_a_shared_total_makes_99_points_of_two_layers():
    space = Space.read(split(100, {"low": 1, "high": 99}))
    assert space.count == 99
    first = {"layer_count": 2, "ratio.split.total": 100, "ratio.split.first": 1}
    assert space.at(0) == first
    assert space.at(98) == {**first, "ratio.split.first": 99}
    assert space.constraints == ()


@pytest.mark.parametrize("layer_count", [2, [2], {"low": 2, "high": 2}, {"value": 2}])
def test_two_layers_may_be_said(layer_count):
    space = Space.read(split(10, [3, 4], layer_count=layer_count))
    assert space.at(0)["layer_count"] == 2
    assert space.count == 2


@pytest.mark.parametrize("layer_count", [1, 3, [2, 3], {"low": 1, "high": 2}, {"derive": "epochs"}])
def test_other_depths_are_refused(layer_count):
    with pytest.raises(SpaceError, match="a split has two hidden layers") as caught:
        Space.read(split(10, 3, layer_count=layer_count, epochs=2))
    assert caught.value.path == ("layer_count",)


@pytest.mark.parametrize(
    ("description", "path", "message"),
    [
        (split(100, 1, width=8), ("ratio", "split"), "split and width exclude each other"),
        (split(100, {"low": 1, "high": 100}), ("ratio", "split", "first"), "leaves none"),
        (split([10, 20], [20, 30]), ("ratio", "split", "first"), "leaves none"),
        (split(100, 0), ("ratio", "split", "first"), "0 is too small"),
        (split(1, 1), ("ratio", "split", "total"), "1 is too small"),
        ({"ratio": {"split": {"total": 9}}}, ("ratio", "split"), "first is missing"),
        ({"ratio": {"split": {"totl": 9}}}, ("ratio", "split", "totl"), "did you mean 'total'?"),
        ({"ratio": {"split": 9}}, ("ratio", "split"), "9 is not a mapping"),
    ],
)
def test_faulty_splits_are_refused(description, path, message):
    with pytest.raises(SpaceError) as caught:
        Space.read(description)
    assert caught.value.path == path
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("description", "allowed"),
    [
        (split([3, 5], {"low": 1, "high": 4}), 2 + 4),
        (split([3, 4], {"derive": "ratio.split.total - 2"}), 2),
    ],
)
def test_a_varying_total_always_leaves_the_second_layer_a_unit(description, allowed):
    space = Space.read(description)
    points = [space.at(index) for index in range(space.count)]
    kept = [point for point in points if space.allows(point)]
    assert len(kept) == allowed
    assert all(p["ratio.split.first"] < p["ratio.split.total"] for p in kept)
