"""A shuffle of a range that is computed point by point, for ranges of any size."""

from __future__ import annotations

import hashlib

ROUNDS = 6


class Permutation:
    """A keyed shuffle of `range(count)` in constant memory: position -> index, each index once.

    A Feistel network over the next even number of bits, walked until it lands inside the range
    (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002). Equal keys give equal
    shuffles on every machine.
    """

    def __init__(self, count: int, key: str) -> None:
        if count < 1:
            raise ValueError(f"cannot shuffle a range of {count}")
        self.count = count
        self._key = key.encode()
        self._half_bits = max(1, ((count - 1).bit_length() + 1) // 2)
        self._half_bytes = (self._half_bits + 7) // 8

    def at(self, position: int) -> int:
        """The index that stands at `position`. Raises IndexError outside `range(count)`."""
        if not 0 <= position < self.count:
            raise IndexError(f"position {position} is outside a range of {self.count}")
        index = self._encrypt(position)
        while index >= self.count:
            index = self._encrypt(index)
        return index

    def _encrypt(self, value: int) -> int:
        mask = (1 << self._half_bits) - 1
        left, right = value >> self._half_bits, value & mask
        for number in range(ROUNDS):
            left, right = right, left ^ (self._mix(number, right) & mask)
        return left << self._half_bits | right

    def _mix(self, number: int, half: int) -> int:
        hashed = hashlib.shake_256(self._key)
        hashed.update(bytes([number]) + half.to_bytes(self._half_bytes, "big"))
        return int.from_bytes(hashed.digest(self._half_bytes), "big")
