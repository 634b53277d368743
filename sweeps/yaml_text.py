"""A sweep's description as YAML text, to be read by people and run again."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any


def yaml_text(document: Mapping[str, Any]) -> str:
    """The description as YAML, its keys in the order they stand in."""
    from ruamel.yaml import YAML

    text = io.StringIO()
    YAML().dump(dict(document), text)
    return text.getvalue()
