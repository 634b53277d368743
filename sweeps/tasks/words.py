"""Texts as a network can take them: which words they have, or their words in order."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from sweeps.tasks.task import Array

PADDING = 0
OUT_OF_VOCABULARY = 2
FIRST_WORD = 4
"""Word numbers begin here: 0 is padding, 1 the start of a text, 2 a rare word, 3 is unused."""

Tokens = npt.NDArray[np.int32]
Starts = npt.NDArray[np.int64]


@lru_cache(maxsize=4)
def word_columns(vocabulary: int) -> tuple[str, ...]:
    """Names of the columns of `multi_hot`."""
    return tuple(f"word {number}" for number in range(vocabulary))


@lru_cache(maxsize=4)
def place_columns(length: int) -> tuple[str, ...]:
    """Names of the columns of `sequences`."""
    return tuple(f"place {number}" for number in range(length))


def multi_hot(tokens: Tokens, starts: Starts, vocabulary: int) -> Any:
    """A float32 `csr_array` (texts, vocabulary): 1 where a text has a word, however often.

    `tokens` are the words of all texts end to end, text i from `starts[i]` up to `starts[i + 1]`.
    Equals the dense matrix that the books fill with `results[i, text] = 1.0` after
    `load_data(num_words=vocabulary)`.
    """
    from scipy.sparse import csr_array

    ones = np.ones(len(tokens), np.float32)
    places = starts.astype(np.int32)
    words = csr_array(
        (ones, _known(tokens, vocabulary), places), shape=(len(starts) - 1, vocabulary)
    )
    words.sum_duplicates()
    words.data[:] = 1.0
    return words


def sequences(tokens: Tokens, starts: Starts, vocabulary: int, length: int) -> Array:
    """Word numbers in order, (texts, length) float32, for a network with an embedding.

    Short texts end in padding, of long ones the last words are kept: as
    `pad_sequences(texts, maxlen=length, padding="post", value=0)`.
    """
    padded = np.full((len(starts) - 1, length), PADDING, np.float32)
    counts = np.minimum(np.diff(starts), length)
    filled = np.arange(length) < counts[:, None]
    texts, places = np.nonzero(filled)
    padded[filled] = _known(tokens, vocabulary)[(starts[1:] - counts)[texts] + places]
    return padded


def _known(tokens: Tokens, vocabulary: int) -> Tokens:
    """Words that are too rare for the vocabulary all become the same one, as in Keras."""
    return np.where(tokens < vocabulary, tokens, OUT_OF_VOCABULARY).astype(np.int32, copy=False)
