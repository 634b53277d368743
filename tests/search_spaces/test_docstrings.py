"""The examples in the modules' own docstrings are spaces."""

from __future__ import annotations

import importlib
import re
from textwrap import dedent

import pytest
from ruamel.yaml import YAML

from search_spaces import Space
from search_spaces.modules import MODULES

SHAPES = ("layer_count", "width", "ratio")
"""What says how many layers there are; the others refer to that."""


def examples(name: str) -> list[str]:
    """The indented blocks of a module's docstring."""
    text = importlib.import_module(f"search_spaces.{name}").__doc__ or ""
    blocks = re.findall(r"(?:^ {4,}.*\n(?:^\n(?= {4}))?)+", text, re.MULTILINE)
    return [dedent(block) for block in blocks]


@pytest.mark.parametrize("name", MODULES)
def test_the_example_of_a_module_is_a_space(name: str) -> None:
    found = examples(name)
    assert found, f"{name} shows no example"
    for example in found:
        description = YAML(typ="safe", pure=True).load(example)
        around = {} if name in SHAPES else {"layer_count": [1, 2, 3, 4]}
        space = Space.read({**around, **description})
        assert any(param.name.partition(".")[0] == name for param in space.params)
