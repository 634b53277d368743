import pytest

from sweeps.backends.permutation import Permutation


@pytest.mark.parametrize("count", [1, 2, 3, 5, 16, 17, 100, 1000])
def test_every_index_stands_at_one_position(count: int) -> None:
    order = Permutation(count, "key")
    assert sorted(order.at(position) for position in range(count)) == list(range(count))


def test_keys_give_different_orders_and_equal_keys_equal_ones() -> None:
    def order(key: str) -> list[int]:
        permutation = Permutation(50, key)
        return [permutation.at(position) for position in range(50)]

    assert order("a") == order("a")
    assert order("a") != order("b")
    assert order("a") != list(range(50))


def test_ranges_of_any_size_are_shuffled() -> None:
    order = Permutation(10**400, "key")
    indices = {order.at(position) for position in range(100)}
    assert len(indices) == 100
    assert all(0 <= index < 10**400 for index in indices)
    assert max(indices) > 10**399


def test_the_first_index_is_spread_evenly_over_keys() -> None:
    hits = [0] * 6
    for key in range(1200):
        hits[Permutation(6, str(key)).at(0)] += 1
    assert min(hits) > 130
    assert max(hits) < 270


@pytest.mark.parametrize("position", [-1, 7])
def test_positions_outside_the_range_are_refused(position: int) -> None:
    with pytest.raises(IndexError, match=str(position)):
        Permutation(7, "key").at(position)


def test_an_empty_range_is_refused() -> None:
    with pytest.raises(ValueError, match="range of 0"):
        Permutation(0, "key")
