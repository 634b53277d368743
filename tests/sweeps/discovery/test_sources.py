"""Which files a module is made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from sweeps.discovery.sources import sources_of

FILES = {
    "mine.py": "import os, numpy\nimport near\nfrom parts import blocks, SIZE\n",
    "near.py": "def late():\n    import far\n",
    "far.py": "import mine  # and back\n",
    "parts/__init__.py": "from .sizes import SIZE\n",
    "parts/sizes.py": "SIZE = 3\n",
    "parts/blocks.py": "from . import deep\nfrom .deep.below import Below\n",
    "parts/deep/__init__.py": "",
    "parts/deep/below.py": "from ..up import Up\nfrom ... import beyond\n",
    "parts/up.py": "class Up: ...\n",
    "other.py": "print('of nobody')\n",
    "broken.py": "import near\ndef (\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def names(module: str, folder: Path) -> set[str]:
    by_text = {text.encode(): name for name, text in FILES.items()}
    return {by_text[text] for text in sources_of(module, str(folder))}


def test_a_module_is_made_of_all_that_it_imports_from_the_folder(folder: Path) -> None:
    assert names("mine", folder) == FILES.keys() - {"other.py", "broken.py"}
    below = {"__init__.py", "sizes.py", "deep/__init__.py", "deep/below.py", "up.py"}
    assert names("parts.deep.below", folder) == {f"parts/{name}" for name in below}
    assert names("other", folder) == {"other.py"}


def test_what_cannot_be_read_is_made_of_itself(folder: Path) -> None:
    assert names("broken", folder) == {"broken.py"}
    assert sources_of("numpy", str(folder)) == ()


def test_the_order_is_that_of_the_names(folder: Path) -> None:
    assert sources_of("near", str(folder))[0] == FILES["far.py"].encode()
