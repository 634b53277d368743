"""Rows on devices: those that members share are put there once for all lanes that see them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax

from sweeps.tasks.task import Data
from sweeps.trainers.fused.bucket import Bucket
from sweeps.trainers.fused.lane_arrays import rows_of
from sweeps.trainers.fused.seat import Seat
from sweeps.trainers.fused.structures import Rows


@dataclass(frozen=True)
class _Held:
    """Rows on a device, what they were made of, and what of a bucket they were made for."""

    data: Data
    layout: tuple[Any, ...]
    rows: Rows


def rows_on(device: Any, seats: Sequence[Seat], bucket: Bucket, size: int) -> Rows:
    """The rows of a lane's members on the device.

    Of shared rows a device holds those used last, until others are asked for.
    """
    if not bucket.shared_rows:
        return _put(device, seats, bucket, size)
    data, layout = seats[0].data, _layout(bucket)
    with _PUTTING:
        held = _HELD.get(device)
        if held is None or held.data is not data or held.layout != layout:
            _HELD.pop(device, None)
            held = _Held(data, layout, _put(device, seats, bucket, size))
            _HELD[device] = held
        return held.rows


def _put(device: Any, seats: Sequence[Seat], bucket: Bucket, size: int) -> Rows:
    placed: Rows = jax.device_put(rows_of(seats, bucket, size), device)
    return placed


def _layout(bucket: Bucket) -> tuple[Any, ...]:
    """All of a bucket that its rows' arrays depend on."""
    return (
        bucket.features,
        bucket.outputs,
        bucket.head,
        bucket.rows,
        bucket.train_rows,
        bucket.weighted,
        bucket.pieces,
        bucket.valued,
        bucket.precision,
    )


_HELD: dict[Any, _Held] = {}
_PUTTING = threading.Lock()
