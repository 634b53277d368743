"""Sweep files that are wrong as YAML or as text: content, and a part of what must be said of it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from sweeps.reading.readable_text import LARGEST

SPACE = "space: {width: [16, 32]}\n"
GOOD = f"task: penguins\n{SPACE}"


def _bomb() -> str:
    lines = (
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in pairwise("abcdefghi")
    )
    return f"a: &a [x, x, x, x, x, x, x, x, x]\n{''.join(lines)}{GOOD}"


def _filled(begin: str, unit: str) -> str:
    """As large as a file may be: the beginning, and the unit again and again."""
    return (begin + unit * (LARGEST // len(unit) + 1))[:LARGEST]


DEEP = "nested more than 30 levels deep"
LINES = "more than 20,000 lines"
LINE = "at most 10,000 are read"
BYTES = "more than 500,000 bytes"

YAML: Mapping[str, tuple[str | bytes, str]] = {
    "an alias bomb": (_bomb(), "the anchor &a"),
    "an alias": (f"{GOOD}name: *x\n", "the alias *x"),
    "an alias as a key": (f"{GOOD}*x : 1\n", "the alias *x"),
    "an anchor that names itself": (f"{GOOD}name: &x [*x]\n", "the anchor &x"),
    "a merge key": (f"{GOOD}search:\n  <<: {{trials: 3}}\n", "a merge key '<<'"),
    "Python's tag": (f"{GOOD}name: !!python/object/apply:os.system [id]\n", "the tag tag:yaml"),
    "a tag of its own": (f"{GOOD}name: !name x\n", "the tag !name"),
    "binary": (f"{GOOD}name: !!binary aGk=\n", "the tag tag:yaml.org,2002:binary"),
    "a tag that is not text": (f"{GOOD}name: !%ff x\n", "tag"),
    "a directive": (f"%YAML 1.1\n---\n{GOOD}", "a %directive"),
    "a version of 5,000 digits": (f"%YAML {'9' * 5000}.1\n---\n{GOOD}", "is not YAML"),
    "a key twice": (f"{GOOD}task: penguins\n", "'task' stands twice; the first is on line 1"),
    "a quoted key twice": (f"{GOOD}'task': penguins\n", "'task' stands twice"),
    "a key twice inside": ("space: {width: {low: 1, low: 2}}", "'low' stands twice"),
    "a list as a key": (f"{GOOD}? [a]\n: 1\n", "a list or mapping as a key"),
    "two documents": (f"{GOOD}---\n{GOOD}", "a second document"),
    "nothing": ("", "the file is empty"),
    "comments alone": ("# nothing\n", "the file is empty"),
    "a list": ("- task: penguins\n", "is not a mapping"),
    "a word": ("penguins", "is not a mapping"),
    "an escape beyond Unicode": (f'{GOOD}name: "\\UFFFFFFFF"\n', "look at its escapes"),
    "an escape just beyond Unicode": (f'{GOOD}name: "\\U00110000"\n', "look at its escapes"),
    "half of a character": (f'{GOOD}name: "\\ud83d"\n', "U+D83D inside a string is not text"),
    "a long quote": (f'{GOOD}name: "\n{"  xxxxxxxxx" * 3}\n', "end of stream"),
}

NESTED: Mapping[str, tuple[str | bytes, str]] = {
    "lists in a line": ("[" * 100_000, LINE),
    "lists in a shorter line": ("[" * 9_000, DEEP),
    "closed lists": ("[" * 4_000 + "]" * 4_000, DEEP),
    "lists in lines": ("[\n" * 19_000, DEEP),
    "lists in more lines": ("[\n" * 100_000, LINES),
    "mappings in a line": ("{a: " * 2_000, DEEP),
    "closed mappings": ("{a: " * 1_000 + "1" + "}" * 1_000, DEEP),
    "mappings in lines": ("{a:\n" * 19_000, DEEP),
    "both": ("[{a: " * 1_900, DEEP),
    "block lists in a line": ("- " * 4_000, DEEP),
    "block lists in lines": ("".join(f"{' ' * n}-\n" for n in range(900)), DEEP),
    "block mappings": ("".join(f"{' ' * n}a:\n" for n in range(900)), DEEP),
    "keys of keys": ("? " * 4_000, "a list or mapping as a key"),
    "under a known key": (f"{GOOD}name: {'[' * 40}{']' * 40}\n", DEEP),
}

LARGE: Mapping[str, tuple[str | bytes, str]] = {
    "one byte too many": (_filled(GOOD, "#\n") + "#", BYTES),
    "a megabyte of junk": ("a: " + "x" * 1_000_000, BYTES),
    "two megabytes of comments": ("# words\n" * 250_000, BYTES),
    "half a megabyte in a line": (_filled("a: ", "x"), LINE),
    "half a megabyte of comments": (_filled(f"{GOOD}nmae: x\n", f"# {'words ' * 15}\n"), "'nmae'"),
    "half a megabyte of short comments": (_filled(GOOD, "#\n"), LINES),
    "half a megabyte of empty lines": (_filled(GOOD, "\n"), LINES),
    "half a megabyte of returns": (_filled(f"nmae: x\n{GOOD}", "\r" * 5_000 + "\n"), "'nmae'"),
    "half a megabyte of keys": ("".join(f"k{n}: {'v' * 50}\n" for n in range(8_000)), "'k0'"),
    "half a megabyte of seed trials": (
        f"{GOOD}search:\n  seed_trials:\n" + "    - {width: 16, epochs: 3, ratio: 1.5}\n" * 4_900,
        "search.seed_trials.0.epochs",
    ),
    "half a megabyte of text": (
        _filled("a: |\n", "  some words that go on and on and on\n"),
        "a value of",
    ),
    "half a megabyte in long lines": (_filled("a: x\n", f"  {'y ' * 4_000}\n"), "a value of"),
    "half a megabyte that is quoted": (_filled('a: "', f"{'y ' * 4_000}\n"), "end of stream"),
    "half a megabyte of words in a list": (_filled("a: [", f"{'b ' * 4_000}\n"), "a value of"),
    "half a megabyte of commas": (_filled("a: [", f"{'1, ' * 3_000}\n"), "more than 20,000 values"),
    "half a megabyte of documents": ("---\n" * 19_000, "a second document"),
    "half a megabyte of directives": ("%a b\n" * 19_000, "<document start>"),
    "half a megabyte of anchors": (_filled(GOOD, f"{'&a ' * 3_000}\n"), "simple key"),
    "half a megabyte of any bytes": (
        b"".join(bytes([n * n % 11, n % 7]) for n in range(LARGEST // 2)),
        LINE,
    ),
    "20,001 values": ("a: [" + "1,\n" * 19_000 + "1, " * 2_000 + "1]", "more than 20,000 values"),
    "a long key": (f"? {'k' * 9_000}\n: 1\n", "a key of 9,000 characters"),
}

CHARACTERS: Mapping[str, tuple[str | bytes, str]] = {
    "a NUL": (f"{GOOD}name: a\x00b\n", "the control character U+0000; remove it"),
    "a NUL written out": (f'{GOOD}name: "a\\0b"\n', "U+0000 inside a string is not text"),
    "an escape sequence": (f"{GOOD}name: \x1b[2J\n", "U+001B"),
    "an escape sequence written out": (f'{GOOD}name: "\\e[2J"\n', "has U+001B as character 1"),
    "a byte order mark inside": (f"{GOOD}\ufeffname: x\n", "U+FEFF, ZERO WIDTH NO-BREAK SPACE"),
    "two byte order marks": (f"\ufeff\ufeff{GOOD}", "U+FEFF"),
    "UTF-16": (GOOD.encode("utf-16"), "UTF-16 text; save the file as UTF-8"),
    "UTF-16 of the other kind": (GOOD.encode("utf-16-be"), "the control character U+0000"),
    "UTF-32": (GOOD.encode("utf-32"), "UTF-16 text"),
    "Latin-1": ("name: größe\n".encode("latin-1"), "byte 0xf6 is not UTF-8 text"),
    "an overlong NUL": (b"name: \xc0\x80\n", "byte 0xc0 is not UTF-8 text"),
    "half of a character": (b"name: \xed\xa0\x80\n", "byte 0xed is not UTF-8 text"),
    "a tab": (f"{GOOD}search:\n\ttrials: 3\n", "a tab; use spaces"),
    "a line separator": (f"{GOOD}name: a\u2028b\n", "U+2028, LINE SEPARATOR"),
    "a turned text": (f"{GOOD}name: a\u202eb\n", "U+202E, RIGHT-TO-LEFT OVERRIDE"),
    "a next line": (f"{GOOD}name: a\x85b\n", "U+0085"),
    "a zero-width space in a value": ("task: pen\u200bguins\n" + SPACE, "U+200B, ZERO WIDTH SPACE"),
    "a zero-width space in a key": (
        "ta\u200bsk: penguins\n" + SPACE,
        "the invisible character U+200B",
    ),
    "a zero-width joiner in a key": (
        "ta\u200dsk: penguins\n" + SPACE,
        "it has U+200D, ZERO WIDTH JOINER, as character 3; did you mean 'task'?",
    ),
    "a Cyrillic letter in a task": (
        "task: pеnguins\n" + SPACE,
        "it has U+0435, CYRILLIC SMALL LETTER IE, as character 2; did you mean 'penguins'?",
    ),
    "a Cyrillic letter in a key of the space": (
        "task: penguins\nspace: {wіdth: [16, 32]}\n",
        "BYELORUSSIAN-UKRAINIAN I, as character 2; did you mean 'width'?",
    ),
    "a Cyrillic letter in a key": (f"{GOOD}trainеr: auto\n", "did you mean 'trainer'?"),
    "a Cyrillic letter in a backend": (f"{GOOD}search: randоm\n", "did you mean 'random'?"),
    "a Cyrillic letter in a sampler": (
        f"{GOOD}search: {{backend: optuna, sampler: tре}}\n",
        "it has U+0440, CYRILLIC SMALL LETTER ER, as character 2; ",
    ),
    "a Cyrillic letter in a trainer": (f"{GOOD}trainer: kerаs\n", "did you mean 'keras'?"),
    "a Cyrillic letter in an objective": (f"{GOOD}objective: vаl_loss\n", "'val_loss'?"),
    "a Cyrillic letter in an expression": (
        f"{GOOD}constraints: {{small: wіdth < 20}}\n",
        "as character 2; write it in ASCII",
    ),
    "full-width letters in an expression": (
        f"{GOOD}constraints: {{small: ｗidth < 20}}\n",
        "U+FF57, FULLWIDTH LATIN SMALL LETTER W, as character 1",
    ),
    "full-width digits": (f"{GOOD}seed: ３\n", "is not a whole number"),
}
