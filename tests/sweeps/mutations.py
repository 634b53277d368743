"""Damaged sweep files: bytes flipped, tokens spliced, values and structure changed."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from importlib.resources import files
from typing import Any

from sweeps.reading.strict_yaml import read_yaml
from tests.sweeps.nasty import EXPRESSIONS, FRAGMENTS, KNOWN_KEYS, NASTY, SEARCH, SPACE, STRINGS

_TOKEN = re.compile(rb"[A-Za-z_][A-Za-z_0-9]*|[-+.0-9eE]+|[ ]+|\n|.", re.DOTALL)


def shipped() -> list[bytes]:
    """Every sweep file that comes with the package."""
    penguins = files("sweeps.experiments") / "penguins"
    found = sorted(file.name for file in penguins.iterdir() if file.name.endswith(".yaml"))
    example = (files("sweeps.cli") / "example.yaml").read_bytes()
    return [example, *((penguins / name).read_bytes() for name in found)]


class Mutator:
    """Damaged sweep files, one after the other; equal seeds give equal files."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self._files = shipped()
        self._trees = [read_yaml(data, "shipped").value for data in self._files]
        self._tokens = [_TOKEN.findall(data) for data in self._files]

    def file(self) -> bytes:
        """A sweep file, damaged in one way or several."""
        makers: Sequence[Callable[[], bytes]] = (self._bytes, self._spliced, self._restructured)
        return self._rng.choices(makers, weights=(2, 3, 5))[0]()

    def made_up(self) -> dict[str, Any]:
        """A description put together from what is known, whether that makes sense or not."""
        rng = self._rng
        space: dict[str, Any] = {key: self._value() for key in rng.sample(SPACE, rng.randint(1, 7))}
        constraints = {f"c{n}": rng.choice(EXPRESSIONS) for n in range(rng.choice((0, 0, 1, 3)))}
        search: dict[str, Any] = {"backend": rng.choice(("grid", "random", "hyperband", "optuna"))}
        for key in rng.sample(SEARCH, rng.randint(0, 2)):
            search[key] = self._value()
        made = {"task": "penguins", "space": space, "search": search, "constraints": constraints}
        for key in rng.sample(("objective", "evaluate", "budget", "seed", "name"), 1):
            made[key] = self._nasty()
        return made

    def _value(self) -> Any:
        """What may stand under a key of a space or search: mostly plausible, often nested."""
        rng = self._rng
        small = rng.choice((1, 2, 3, 5, 0.1, 0.5, 1e-3, "relu", "adam", True, "val_loss"))
        match rng.randrange(9):
            case 0:
                return [self._value() for _ in range(rng.randint(1, 3))]
            case 1:
                low, high = sorted(rng.sample((1, 2, 3, 8, 100, 0.001, 0.5), 2))
                return {"low": low, "high": high} | rng.choice(({}, {"log": True}, {"step": 1}))
            case 2:
                return {"derive": rng.choice(EXPRESSIONS)}
            case 3:
                return {"value": small, "when": {rng.choice(SPACE): rng.choice((small, [1, 2]))}}
            case 4:
                return {"layers": [self._value() for _ in range(rng.randint(1, 4))]}
            case 5:
                return {rng.choice(KNOWN_KEYS): self._value() for _ in range(rng.randint(1, 3))}
            case 6:
                return deepcopy(rng.choice(NASTY))
            case _:
                return small

    def tree(self) -> Any:
        """A description as plain data, damaged in one place or several."""
        if self._rng.random() < 0.3:
            return self.made_up()
        tree = deepcopy(self._rng.choice(self._trees))
        for _ in range(self._rng.choice((1, 1, 1, 2, 3, 8))):
            self._damage(tree)
        return tree

    def overrides(self) -> list[str]:
        """A few `--set` texts."""
        return [self._override() for _ in range(self._rng.randint(1, 3))]

    def _override(self) -> str:
        key = ".".join(self._rng.choice(KNOWN_KEYS) for _ in range(self._rng.randint(1, 4)))
        text = f"{key}={_yaml(self._nasty())}"
        if self._rng.random() < 0.2:
            place = self._rng.randint(0, len(text))
            text = (
                text[:place] + self._rng.choice(("", "=", ".", "..", "\udcff", "\n")) + text[place:]
            )
        return text

    def _bytes(self) -> bytes:
        data = bytearray(self._rng.choice(self._files))
        for _ in range(self._rng.choice((1, 1, 2, 3, 10))):
            start = self._rng.randrange(len(data) + 1)
            stop = min(len(data), start + self._rng.choice((0, 1, 1, 5, 100)))
            data[start:stop] = self._rng.choice(
                (
                    b"",
                    bytes([self._rng.randrange(256)]),
                    self._rng.choice(FRAGMENTS),
                    bytes(data[start:stop]) * self._rng.choice((2, 2, 50)),
                )
            )
        return bytes(data)

    def _spliced(self) -> bytes:
        tokens = list(self._rng.choice(self._tokens))
        for _ in range(self._rng.choice((1, 2, 4, 12))):
            other = self._rng.choice(self._tokens)
            begin = self._rng.randrange(len(other))
            length = self._rng.choice((1, 1, 2, 10, 40))
            place = self._rng.randrange(len(tokens) + 1)
            taken = self._rng.choice((0, 1, 1, 5, 30))
            new = other[begin : begin + length]
            if self._rng.random() < 0.4:
                new = [_yaml(self._nasty()).encode("utf-8", "surrogatepass")]
            tokens[place : place + taken] = new
        return b"".join(tokens)

    def _restructured(self) -> bytes:
        return _yaml(self.tree(), indented=True).encode("utf-8", "surrogatepass")

    def _damage(self, tree: Any) -> None:
        """Change one place of the tree."""
        holder, key = self._rng.choice(_places(tree))
        change = self._rng.randrange(6)
        if change == 0:
            del holder[key]
        elif change == 1 and isinstance(holder, dict):
            holder[self._key()] = holder.pop(key)
        elif change == 2 and isinstance(holder, dict):
            holder[self._key()] = self._nasty()
        elif change == 3:
            holder[key] = self._rng.choice(([holder[key]], {self._key(): holder[key]}))
        elif change == 4:
            other, place = self._rng.choice(_places(self._rng.choice(self._trees)))
            holder[key] = deepcopy(other[place])
        else:
            holder[key] = self._nasty()

    def _key(self) -> str:
        return self._rng.choice(KNOWN_KEYS if self._rng.random() < 0.8 else STRINGS)

    def _nasty(self) -> Any:
        if self._rng.random() < 0.15:
            return [self._nasty() for _ in range(self._rng.randint(0, 4))]
        if self._rng.random() < 0.15:
            return {self._key(): self._nasty() for _ in range(self._rng.randint(0, 4))}
        return deepcopy(self._rng.choice(NASTY))


def _places(tree: Any) -> list[tuple[Any, Any]]:
    """Every place of a tree that holds something: (mapping or list, key or position)."""
    found: list[tuple[Any, Any]] = []
    keys = (
        list(tree) if isinstance(tree, dict) else range(len(tree) if isinstance(tree, list) else 0)
    )
    for key in keys:
        found += [(tree, key), *_places(tree[key])]
    return found or [({"": None}, "")]


def _yaml(value: Any, *, indented: bool = False) -> str:
    """The value in YAML's flow style, which is JSON but for NaN and infinities."""
    text = json.dumps(value, indent=1 if indented else None)
    return re.sub(r"(?<![\w\"])(-?)(NaN|Infinity)\b", lambda m: f"{m[1]}.{m[2].lower()[:3]}", text)
