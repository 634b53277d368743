"""Sweep files whose values are wrong: what is written, and a part of what must be said of it."""

from __future__ import annotations

from collections.abc import Mapping

from tests.sweeps.attacks_on_text import LINE

WRONG_NAMES: Mapping[str, tuple[str, str]] = {
    "a path": ("../x", "has / as character 3"),
    "a hidden file": (".x", "begins with '.'"),
    "an option": ("-rf", "begins with '-'"),
    "a Windows path": ("a\\b", "has \\ as character 2"),
    "a quote": ("it's", "has ' as character 3"),
    "a double quote": ('a"b', 'has " as character 2'),
    "a command": ("a`id`", "has ` as character 2"),
    "a variable": ("a$HOME", "has $ as character 2"),
    "two commands": ("a; rm", "has ; as character 2"),
    "a pipe": ("a|b", "has | as character 2"),
    "a newline": ("a\nb", "has U+000A as character 2"),
    "a return": ("a\rb", "has U+000D as character 2"),
    "300 characters": ("x" * 300, "has 300 characters; a name has at most 100"),
    "an emoji": ("a \U0001f600", "has U+1F600, GRINNING FACE, as character 3"),
    "a NUL": ("a\x00b", "U+0000"),
    "a zero-width space": ("a\u200bb", "has U+200B, ZERO WIDTH SPACE, as character 2"),
    "a Cyrillic letter": ("pеnguins", "has U+0435, CYRILLIC SMALL LETTER IE, as character 2"),
    "an accent": ("modèle", "has U+00E8, LATIN SMALL LETTER E WITH GRAVE, as character 4"),
    "nothing but spaces": ("  ", "is not a name"),
    "nothing": ("", "is not a name"),
    "a space at the end": ("a ", "ends in ' '"),
    "a dot at the end": ("a.", "ends in '.'"),
}
"""Names that neither a sweep nor a constraint may have."""

NOT_FINITE = (".nan", ".inf", "-.inf", "1e999999", "9" * 9_000, "1e400", "0x" + "f" * 400)
NUMBERS = {
    "low": "space: {width: {low: %s, high: 9}}",
    "high": "space: {width: {low: 1, high: %s}}",
    "step": "space: {width: {low: 1, high: 9, step: %s}}",
    "a low rate": "space: {learning_rate: {low: %s, high: 1}}",
    "a step of rates": "space: {learning_rate: {low: 0.1, high: 1, step: %s}}",
    "a fixed value": "space: {width: %s}",
    "a choice": "space: {learning_rate: [0.1, %s]}",
    "a layer": "space: {dropout: {layers: [%s]}}",
    "a shape": "space: {width: {layers: [[%s]]}}",
    "a split": "space: {ratio: {split: {total: %s, first: 3}}}",
    "a kind": "space: {decay: {step: {drop: %s, every_epochs: 3}}}",
    "a condition": "space: {epochs: 3, width: {value: 3, when: {epochs: %s}}}",
    "a condition's low": "space: {epochs: [3, 4], width: {value: 3, when: {epochs: {low: %s}}}}",
    "trials": "space: {width: 3}\nsearch: {backend: random, trials: %s}",
    "batch": "space: {width: 3}\nsearch: {backend: random, batch: %s}",
    "limit": "space: {width: 3}\nsearch: {backend: grid, limit: %s}",
    "factor": "space: {width: 3, epochs: 9}\nsearch: {backend: hyperband, factor: %s}",
    "a seed trial": "space: {width: [3, 4]}\nsearch: {seed_trials: [{width: %s}]}",
    "folds": "space: {width: 3}\nevaluate: {folds: %s}",
    "repeats": "space: {width: 3}\nevaluate: {repeats: %s}",
    "validation": "space: {width: 3}\nevaluate: {validation: %s}",
    "minutes": "space: {width: 3}\nbudget: {minutes: %s}",
    "trial_seconds": "space: {width: 3}\nbudget: {trial_seconds: %s}",
    "seed": "space: {width: 3}\nseed: %s",
    "version": "space: {width: 3}\nversion: %s",
}

EXPRESSIONS: Mapping[str, tuple[str, str]] = {
    "100,000 parentheses": ("(" * 3_000 + "width" + ")" * 3_000 + " < 3", "the longest is 1,000"),
    "400 parentheses": ("(" * 400 + "width" + ")" * 400 + " < 3", "that can be read"),
    "powers of powers": ("width < 9**9**9**9", "has no value: the number is too large"),
    "powers of a parameter": ("width ** width ** width < 9", "the number is too large"),
    "a long sum": ("width" + " + 1" * 240 + " < 3", "nested more than 50 deep"),
    "a long chain of powers": ("width" + "**2" * 300 + " < 3", "nested more than 50 deep"),
    "many signs": ("-" * 900 + "width < 3", "nested more than 50 deep"),
    "many negations": ("not " * 200 + "width < 3", "nested more than 50 deep"),
    "many brackets": ("width" + "[0]" * 300 + " < 3", "nested more than 50 deep"),
    "many lists": ("[" * 90 + "]" * 90 + " < width", "nested more than 50 deep"),
    "a division by zero": ("width < 1 / 0", "has no value: division by zero"),
    "a call": ("__import__('os').system('id') < width", "is not a function"),
    "an attribute": ("width.__class__ == 3", "names 'width.__class__'"),
    "a lambda": ("(lambda: width)() < 3", "is not a function"),
    "a comprehension": ("[x for x in (width,)] < 3", "is not arithmetic"),
    "an assignment": ("(width := 3) < 3", "is not arithmetic"),
    "two statements": ("width < 3; width", "is not an expression that can be read"),
    "a formatted text": ("f'{width}' < 3", "is not arithmetic"),
    "a number of 900 digits": ("width < " + "9" * 900, "is too large"),
    "an infinite number": ("width < 1e999", "is not a finite number"),
    "an imaginary number": ("width < 1j", "is not a number"),
    "nothing": ("", "is not an expression"),
    "no name": ("1 < 2", "names no parameter"),
    "an unknown name": ("height < 2", "which the space does not have"),
}

RANGES: Mapping[str, tuple[str, str]] = {
    "up to 10**30": ("width: {low: 1, high: 1" + "0" * 30 + ", step: 1}", "too large"),
    "up to 2**63": ("width: {low: 1, high: 9223372036854775807}", "the grid has"),
    "the finest steps": ("dropout: {low: 0, high: 0.5, step: 1e-300}", "is too fine"),
    "all numbers": ("ratio: {low: 1e-300, high: 1e300, log: true}", "no grid to walk"),
    "100,000 choices": ("width: [1" + ", 2" * 100_000 + "]", LINE),
    "20,000 choices": (
        "width: [" + "".join(f"{n},\n" for n in range(1, 19_000)) + "3, " * 1_500 + "]",
        "more than 20,000 values",
    ),
    "a thousand million layers": ("layer_count: 1000000000", "the largest value is 1000"),
    "thousands of layers": (
        "layer_count: 1000\n  dropout:\n    layers:\n" + "      - [0.1, 0.2]\n" * 1_000,
        "1,001 parameters; a space has at most 500",
    ),
    "a circle": ("width: {derive: epochs}\n  epochs: {derive: width}", "a circle"),
    "grids of grids": (
        "layer_count: 400\n  dropout:\n    layers:\n"
        + "      - {low: 0, high: 0.5, step: 0.01}\n" * 400,
        "a grid of more than 10**300 points",
    ),
    "tangled conditions": (
        "layer_count: 70\n  regularizers:\n    layers:\n"
        + "".join(
            "      - {kernel_l1: [0.1, 0.2], kernel_l2: {choices: [0.1, 0.2], when: {"
            + ", ".join(
                f"regularizers.layer_{(n * n + step * n) % 71 or 1}.kernel_l1: 0.1"
                for step in (3, 11, 23)
            )
            + "}}}\n"
            for n in range(1, 71)
        ),
        "too entangled",
    ),
}

SEARCHES: Mapping[str, tuple[str, str]] = {
    "rounds without end": (
        "search: {backend: hyperband, hyperband_iterations: 1000000000}",
        "is not a whole number from 1 to 1,000",
    ),
    "more trials than can be": ("search: {backend: random, trials: 99999999999}", "whole number"),
    "9,000 constraints": (
        "constraints:\n" + "".join(f"  c{n}: width > 0\n" for n in range(9_000)),
        "9,000 constraints; a space has at most 100",
    ),
    "a constraint that nothing meets": ("constraints: {none: width > 99}", "every one of the 2"),
    "a pattern that never ends": (f"trainer: {'a?' * 40}{'a' * 40}", "is not known"),
    "a number that never ends": (f"seed: '{'0x' * 4_000}'", "is not a whole number"),
}
