"""What tells code from what it was: the user's modules and their imports, and this package."""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sweeps.discovery.sources import Source, named_sources
from sweeps.installed import version_of

OURS = ("sweeps", "search_spaces", "tracking")

DECIDES = (
    *("trainers", "tasks", "metrics", "subjects"),
    *("checkpoints.py", "config_reader.py", "decays.py", "draws.py", "evaluation.py"),
    *("freshness.py", "user_code/user_code.py"),
    *("optimizers.py", "problem.py", "recipe.py", "schedules.py", "shapes.py", "splitting.py"),
)
"""What of this package a figure may depend on."""

UNSEEN = frozenset(
    {
        *("open", "environ", "getenv", "load", "loadtxt", "genfromtxt", "fromfile", "memmap"),
        *("read", "get_file", "urlopen", "urlretrieve", "from_pretrained", "connect", "run"),
        *("import_module", "__import__", "exec", "eval"),
        *("File", "GFile", "Popen", "popen", "system", "check_output", "FixedLengthRecordDataset"),
        *("TFRecordDataset", "TextLineDataset", "CsvDataset", "make_csv_dataset", "list_files"),
    }
)
UNSEEN_BEFORE = ("read_", "load_", "fetch_", "flow_from_")
UNSEEN_AFTER = ("_from_directory",)
"""Names, and beginnings and ends of names, by which code reads what its text does not hold."""

READING = frozenset(
    {
        *("h5py", "tables", "netCDF4", "zipfile", "tarfile", "gzip", "mmap", "shelve", "dbm"),
        *("requests", "httpx", "aiohttp", "urllib3", "http", "socket"),
        *("fsspec", "s3fs", "gcsfs", "boto3"),
    }
)
"""Packages that are there to read files, or what lies on other machines."""


@dataclass(frozen=True)
class Code:
    """Code of the user's, all of it in sight.

    `digest` is of the text of every module and of the versions of the packages that they import.
    """

    digest: str
    sources: Mapping[str, Source]


def code_of(paths: Iterable[str], folder: str) -> Code | None:
    """The code behind each `module:name`, with what it imports from the folder.

    None where the text does not tell what the code depends on: a module of no file and no version,
    an import by a computed name, a file that is read.
    """
    sources: dict[str, Source] = {}
    packages: set[str] = set()
    for module in sorted({path.partition(":")[0] for path in paths}):
        found = named_sources(module, folder)
        if module in found:
            sources |= found
        else:
            packages.add(module.partition(".")[0])
    for source in sources.values():
        imported = _imported(source.text)
        if imported is None:
            return None
        packages |= imported
    own = {name.partition(".")[0] for name in sources}
    versions = {name: version_of(name) for name in sorted(packages) if _is_foreign(name, own)}
    if None in versions.values():
        return None
    parts = [f"{name}=={version}".encode() for name, version in versions.items()]
    for name in sorted(sources):
        parts += [name.encode(), sources[name].text]
    return Code(_digest(parts), sources)


def seen_of(paths: Iterable[str], folder: str) -> str | None:
    """16 hex digits of the text in the folder alone, whatever else the code may depend on.

    None where the modules have no files there.
    """
    sources: dict[str, Source] = {}
    for path in paths:
        sources |= named_sources(path.partition(":")[0], folder)
    parts = [part for name in sorted(sources) for part in (name.encode(), sources[name].text)]
    return _digest(parts)[:16] if parts else None


@lru_cache(maxsize=1)
def own_digest() -> str:
    """Of the files of this package that decide figures, and of the search spaces."""
    package = Path(__file__).parent.parent
    spaces = package.parent / "search_spaces"
    files = [file for place in DECIDES for file in _python(package / place)] + _python(spaces)
    parts = [part for file in files for part in (file.name.encode(), file.read_bytes())]
    return _digest(parts)


def _python(place: Path) -> list[Path]:
    return sorted(place.rglob("*.py")) if place.is_dir() else [place]


def _is_foreign(name: str, own: set[str]) -> bool:
    """Whether it is a package of somebody else's, whose version matters."""
    return name not in own and name not in OURS and name not in sys.stdlib_module_names


def _imported(text: bytes) -> frozenset[str] | None:
    """The packages that a module's text imports; None where it may depend on more than that."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return None
    if any(_is_unseen(name) for name in _used(tree)):
        return None
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return frozenset(found) if found.isdisjoint(READING) else None


def _used(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)


def _is_unseen(name: str) -> bool:
    return name in UNSEEN or name.startswith(UNSEEN_BEFORE) or name.endswith(UNSEEN_AFTER)


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"%d:" % len(part) + part)
    return digest.hexdigest()
