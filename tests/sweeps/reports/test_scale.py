from __future__ import annotations

import pytest

from search_spaces.domains import Choice, Float, Int
from sweeps.reports.parameter_axes import beside_each_other, decades
from sweeps.reports.scale import scale_of, shortened, written


def test_numbers_stand_at_themselves_and_words_in_their_order():
    rate = scale_of("rate", Float(0.001, 0.1, log=True))
    assert (rate.place(0.01), rate.unit(0.01)) == (0.01, pytest.approx(0.5))
    assert rate.at_unit(1.0) == pytest.approx(0.1)
    kind = scale_of("kind", Choice(("relu", True, 1, 0.5, None)))
    assert [kind.place(value) for value in ("relu", True, 1, 1.0, 0.5, None)] == [0, 1, 2, 2, 3, 4]
    assert kind.place("gelu") is None
    assert rate.place("0.01") is None
    assert rate.place(True) is None
    assert rate.place(0) is None
    assert scale_of("fixed", Float(2.0, 2.0)).unit(2.0) == 0.5


def test_few_values_are_written_beside_an_axis():
    assert scale_of("layers", Int(1, 4)).ticks(3) == ([1, 2, 4], ["1", "2", "4"])
    assert scale_of("w", Int(10, 2000)).ticks(2)[1] == ["10", "2,000"]
    many = scale_of("w", Choice(tuple(range(30))))
    assert many.ticks(10)[0] == [float(at) for at in range(0, 30, 3)]
    assert [written(at) for at in (0.00012345, 1e5, 1e8)] == ["0.000123", "100,000", "1e+08"]


def test_words_in_a_row_are_short_enough():
    kinds = scale_of("kind", Choice(("relu", "tanh", "gelu")))
    assert beside_each_other(kinds, 17) == ([0, 1, 2], ["relu", "tanh", "gelu"])
    long = scale_of("kind", Choice(("standard_scaler", "quantiles_uniform")))
    assert beside_each_other(long, 17)[1] == ["sta…ler", "qua…orm"]
    many = scale_of("kind", Choice(tuple("abcdefghijklmnopqrstuvwxyz")))
    places, labels = beside_each_other(many, 17)
    assert (len(places), labels[0]) == (2, "a")


def test_logarithmic_axes_have_powers_of_ten():
    assert decades(0.0001, 0.1, 5) == pytest.approx([0.0001, 0.001, 0.01, 0.1])
    assert decades(1e-6, 1.0, 4) == pytest.approx([1e-6, 1e-4, 1e-2, 1.0])
    assert decades(8, 90, 4) == [10.0]


def test_long_names_keep_both_ends():
    assert shortened("regularizers.kernel_l2", 11) == "regul…el_l2"
    assert shortened("two\nlines", 40) == "two\\nlines"
