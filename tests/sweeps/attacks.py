"""Sweep files that are wrong on purpose, in every way that somebody thought of or a fuzzer found.

Each must be refused with one line that says what is wrong; `says` is a part of that line.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.sweeps.attacks_on_own_code import OWN_CODE
from tests.sweeps.attacks_on_text import CHARACTERS, DEEP, GOOD, LARGE, LINE, NESTED, YAML
from tests.sweeps.attacks_on_values import (
    EXPRESSIONS,
    NOT_FINITE,
    NUMBERS,
    RANGES,
    SEARCHES,
    WRONG_NAMES,
)


@dataclass(frozen=True)
class Attack:
    """A file's content and `--set` texts, and a part of what must be said about them."""

    name: str
    content: bytes
    says: str
    overrides: tuple[str, ...] = ()


def attacks() -> Iterator[Attack]:
    """All of them."""
    for group in (YAML, NESTED, LARGE, CHARACTERS):
        for name, (content, says) in group.items():
            data = content if isinstance(content, bytes) else content.encode()
            yield Attack(name, data, says)
    for name, (given, says) in WRONG_NAMES.items():
        text = _quoted(given)
        nul = "U+0000 inside a string is not text" if "\x00" in given else says
        yield Attack(f"{name} as a name", f"name: {text}\n{GOOD}".encode(), nul)
        yield Attack(f"{name} as --set name", GOOD.encode(), nul, (f"name={text}",))
        constraint = f"constraints: {{{text}: width < 99}}\n"
        yield Attack(f"{name} as a constraint's name", f"{GOOD}{constraint}".encode(), nul)
    for place, text in NUMBERS.items():
        for value in NOT_FINITE:
            content = f"task: penguins\n{text % value}\n"
            yield Attack(f"{place}: {value[:9]}", content.encode(), "")
    for name, (text, says) in EXPRESSIONS.items():
        constraint = f"constraints:\n  c: {_quoted(text)}\n"
        yield Attack(f"{name} in a constraint", f"{GOOD}{constraint}".encode(), says)
    for name, (text, says) in RANGES.items():
        yield Attack(name, f"task: penguins\nspace:\n  {text}\n".encode(), says)
    for name, (text, says) in SEARCHES.items():
        yield Attack(
            name, f"task: penguins\nspace: {{width: [16, 32], epochs: 9}}\n{text}\n".encode(), says
        )
    for name, (text, says) in OWN_CODE.items():
        yield Attack(name, f"space: {{width: [16, 32]}}\n{text}\n".encode(), says)
    yield from _overrides()


def _overrides() -> Iterator[Attack]:
    given = {
        "no value": ("seed", "expected KEY.KEY=VALUE"),
        "a deep key": (f"{'a.' * 50_000}a=1", "expected KEY.KEY=VALUE"),
        "bytes that are no text": ("task=pen\udcff", "byte 0xff is not UTF-8 text"),
        "a key that is no text": ("\udcff=1", "unknown key"),
        "a Cyrillic key": ("space.wіdth=3", "did you mean 'width'?"),
        "a Cyrillic task": ("task=pеnguins", "U+0435, CYRILLIC SMALL LETTER IE"),
        "a zero-width task": ("task=pen\u200bguins", "U+200B, ZERO WIDTH SPACE"),
        "a long value": (f"name={'x' * 100_000}", LINE),
        "an alias": ("seed=*x", "the alias *x"),
        "deep lists": (f"name={'[' * 9_000}", DEEP),
        "code that is nowhere": ("model=nowhere:build", "no module of that name"),
        "a path as code": ("function=../own:f", "is not of the form `module:name`"),
        "code as a list": ("estimator=[own:f]", "is not a mapping of names to values"),
        "metrics as a word": ("evaluate.metrics=f1", "is not a list of at most 50 metrics"),
        "no folder": ("folder=", "is not a name"),
        "no number": ("budget.minutes=.nan", "is not a number above 0"),
    }
    for name, (text, says) in given.items():
        yield Attack(f"--set with {name}", GOOD.encode(), says, (text,))


def _quoted(text: str) -> str:
    """The text as a double-quoted scalar in which nothing stands for itself but plain ASCII."""
    plain = (c if " " <= c <= "~" and c not in '"\\' else f"\\U{ord(c):08x}" for c in text)
    return f'"{"".join(plain)}"'


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _loop(path: Path) -> None:
    path.symlink_to(path)


def _unreadable(path: Path) -> None:
    path.write_text(GOOD)
    path.chmod(0)


STRANGE_FILES: Mapping[str, tuple[Callable[[Path], object], str]] = {
    "a folder": (Path.mkdir, "Is a directory"),
    "a pipe": (_pipe, "a pipe or device"),
    "zeros without end": (lambda path: path.symlink_to("/dev/zero"), "a pipe or device"),
    "a link to itself": (_loop, "symbolic links"),
    "a link to nothing": (lambda path: path.symlink_to("nothing"), "No such file"),
    "nothing at all": (lambda path: None, "No such file"),
    "a file that may not be read": (_unreadable, "Permission denied"),
}
"""What may stand where a sweep file is expected: how it is made, and what must be said of it."""
