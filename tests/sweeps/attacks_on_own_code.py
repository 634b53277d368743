"""Sweep files that are wrong about the user's own code, tables and evaluation."""

from __future__ import annotations

from collections.abc import Mapping

FUNCTION = "function: json:dumps\nobjective: {goal: maximize}\n"
PENGUINS = "task: penguins\n"
FORM = "is not of the form `module:name`"

OWN_CODE: Mapping[str, tuple[str, str]] = {
    "code in a folder above": ("function: ../own:f", FORM),
    "code by its absolute path": ("function: /etc/passwd:f", FORM),
    "a file as code": ("function: own.py", FORM),
    "a call as code": ('function: "own:f()"', FORM),
    "a number as code": ("function: 3", FORM),
    "nothing as code": ("function: null", FORM),
    "a mapping without code": ("function: {}", FORM),
    "a list as code": ("model: [own:build]\ntask: penguins", FORM),
    "dots without end": (f"function: {'a.' * 4_000}a:f", "has more than 200 characters"),
    "a long name of code": (f"function: own:{'f' * 9_000}", "has more than 200 characters"),
    "code that is nowhere": ("function: nowhere:f", "no module of that name in"),
    "code with a Cyrillic letter": ("function: nоwhere:f", "no module of that name in"),
    "two kinds of code": (f"{FUNCTION}model: own:build", "no module of that name in"),
    "two kinds of code that are there": (f"{FUNCTION}estimator: json:dumps", "tunes one of them"),
    "a backend of Keras's": (
        f"{PENGUINS}model: {{path: 'json:dumps', keras: theano}}",
        "known here: jax, tensorflow, torch",
    ),
    "what a function takes": (
        "function: {path: 'json:dumps', takes: both}\nobjective: {goal: maximize}",
        "known here: config, trial",
    ),
    "a space of an objective's": (
        "function: {path: 'json:dumps', takes: trial}\nobjective: {goal: maximize}",
        "defines its space as it runs: leave `space` out",
    ),
    "an option of another kind": (
        "function: {path: 'json:dumps', keras: jax}",
        "function: unknown key 'keras'",
    ),
    "a folder that is nowhere": ("folder: nowhere\nfunction: own:f", "no module of that name in"),
    "a folder of no name": ("folder: ''\nfunction: own:f", "is not a name"),
    "no folder": ("folder: null\nfunction: own:f", "folder: null is not a name"),
    "a folder that is a number": ("folder: 3\nfunction: own:f", "folder: 3 is not a name"),
    "a long folder": (f"folder: {'x' * 5_000}\nfunction: own:f", "more than 500 characters"),
    "a NUL in a folder": ('folder: "a\\0b"\nfunction: own:f', "U+0000"),
    "a trainer of other code": (f"{FUNCTION}trainer: keras", "known here: auto"),
    "metrics of a function": (f"{FUNCTION}evaluate: {{metrics: [f1]}}", "have no effect"),
    "an objective without a goal": ("function: json:dumps", "say which way value is better"),
    "rows from nowhere": ("task: {load: 'nowhere:rows'}", "no module of that name in"),
    "rows from a path": ("task: {load: '../own:rows'}", FORM),
    "a table and rows": (
        "task: {csv: a.csv, target: b, load: 'json:dumps'}",
        "task: unknown key 'load'",
    ),
    "two tables": ("task: {csv: a.csv, parquet: b, target: c}", "leave one of them out"),
    "a table without a target": ("task: {csv: a.csv}", "'target' is missing"),
    "a table that is a number": ("task: {csv: 3, target: a}", "task.csv: 3 is not a name"),
    "a table by its kind": ("task: table", "'csv' is missing"),
    "a task for functions": ("task: none", "needs rows to train on"),
    "60 metrics": (
        f"{PENGUINS}evaluate: {{metrics: [{'f1, ' * 60}]}}",
        "is not a list of at most 50 metrics",
    ),
    "a metric twice": (f"{PENGUINS}evaluate: {{metrics: [f1, f1]}}", "f1 is given twice"),
    "a metric from a path": (f"{PENGUINS}evaluate: {{metrics: ['../m:f']}}", FORM),
    "a metric that is measured": (
        f"{PENGUINS}evaluate: {{metrics: ['json:loss']}}",
        "would be logged as loss",
    ),
    "no first rows": (f"{PENGUINS}evaluate: {{validation: {{first: 0}}}}", "from 1 up"),
    "first rows that are stratified": (
        f"{PENGUINS}evaluate: {{stratified: true, validation: {{first: 9}}}}",
        "its first rows are not drawn",
    ),
    "rows in order without folds": (f"{PENGUINS}evaluate: {{shuffle: false}}", "needs folds"),
    "groups of a task without": (
        f"{PENGUINS}evaluate: {{groups: island}}",
        "belong to no groups; leave it out",
    ),
    "the target as groups": (
        "task: {csv: a.csv, target: b}\nevaluate: {groups: b}",
        "b is the target already",
    ),
}
