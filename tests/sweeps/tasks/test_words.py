from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from sweeps.tasks.words import multi_hot, place_columns, sequences, word_columns

TEXTS = [[1, 4, 9, 4, 4], [1], [1, 30, 8, 7, 6, 5, 4], [1, 12, 31]]
TOKENS = np.array([word for text in TEXTS for word in text], np.int32)
STARTS = np.array([0, 5, 6, 13, 16])


def test_multi_hot_is_what_the_books_fill_row_by_row() -> None:
    # Their function, on words that are as `load_data(num_words=12)` would give them.
    expected = np.zeros((4, 12))
    for row, text in enumerate(TEXTS):
        expected[row, [word if word < 12 else 2 for word in text]] = 1.0
    made = multi_hot(TOKENS, STARTS, 12)
    assert np.array_equal(made.toarray(), expected)


def test_multi_hot_is_sparse_and_in_order() -> None:
    made = multi_hot(TOKENS, STARTS, 12)
    assert isinstance(made, csr_array)
    assert (made.dtype, made.indices.dtype, made.indptr.dtype) == (np.float32, np.int32, np.int32)
    assert made.has_canonical_format
    assert made.nnz == 3 + 1 + 7 + 2


def test_the_words_of_a_data_set_are_not_changed() -> None:
    before = TOKENS.copy()
    multi_hot(TOKENS, STARTS, 12)
    sequences(TOKENS, STARTS, 12, 5)
    assert np.array_equal(TOKENS, before)


def test_short_texts_are_padded_and_long_ones_keep_their_end() -> None:
    made = sequences(TOKENS, STARTS, 10, 5)
    assert made.dtype == np.float32
    assert made.tolist() == [
        [1, 4, 9, 4, 4],
        [1, 0, 0, 0, 0],
        [8, 7, 6, 5, 4],
        [1, 2, 2, 0, 0],
    ]


@pytest.mark.slow
def test_sequences_are_those_of_keras() -> None:
    from sweeps.trainers.tensorflow_import import load

    _, keras = load()
    for length in (1, 3, 5, 9):
        expected = keras.utils.pad_sequences(TEXTS, maxlen=length, padding="post", value=0)
        assert np.array_equal(sequences(TOKENS, STARTS, 100, length), expected)


def test_columns_are_named_once() -> None:
    assert word_columns(3) == ("word 0", "word 1", "word 2")
    assert place_columns(2) == ("place 0", "place 1")
    assert word_columns(10_000) is word_columns(10_000)
