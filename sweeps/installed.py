"""Versions of installed packages, by the names under which they are imported."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.metadata import (
    Distribution,
    PackageNotFoundError,
    distribution,
    packages_distributions,
)

DISTRIBUTIONS = {
    "sklearn": "scikit-learn",
    "PIL": "pillow",
    "yaml": "pyyaml",
    "cv2": "opencv-python",
}
"""Some that are installed under another name: asking for all of them takes a second."""


@lru_cache(maxsize=256)
def version_of(package: str) -> str | None:
    """The version of what `import package` finds.

    None where nobody installed it, and where it was installed to be worked on: its files change and
    its version does not.
    """
    found = _found(DISTRIBUTIONS.get(package, package))
    if found is None:
        names = packages_distributions().get(package, [])
        found = _found(names[0]) if len(set(names)) == 1 else None
    return None if found is None or _is_worked_on(found) else found.version


def version_installed(distribution_name: str) -> str | None:
    """The version of a distribution by its own name; None where it is not installed."""
    found = _found(distribution_name)
    return None if found is None else found.version


def _found(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _is_worked_on(found: Distribution) -> bool:
    text = found.read_text("direct_url.json")
    if text is None:
        return False
    return bool(json.loads(text).get("dir_info", {}).get("editable", False))
