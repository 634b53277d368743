"""Shapes and types of arrays without the arrays: what programs are traced with."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np


def shape_of(shape: tuple[int, ...], dtype: Any) -> Any:
    """An array that is not there."""
    return jax.ShapeDtypeStruct(shape, dtype)  # type: ignore[no-untyped-call]


def shapes_of(tree: Any, *lead: int) -> Any:
    """The same tree of arrays that are not there, with more axes before those they have."""
    return jax.tree.map(lambda leaf: shape_of((*lead, *np.shape(leaf)), _dtype(leaf)), tree)


def _dtype(leaf: Any) -> Any:
    return leaf.dtype if hasattr(leaf, "dtype") else np.asarray(leaf).dtype
