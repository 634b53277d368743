"""The files of the page, read and packed once, with the mark by which a browser knows them."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

FOLDER = files("sweeps.service").joinpath("page")

TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


@dataclass(frozen=True)
class PageFile:
    """A file as it is sent; `tag` is an ETag, another one for every other content."""

    content: bytes
    packed: bytes
    kind: str
    tag: str


@cache
def page_files() -> dict[str, PageFile]:
    """All of them by name."""
    return {
        place.name: page_file(place.read_bytes(), place.name)
        for place in FOLDER.iterdir()
        if place.name.rpartition(".")[2] in TYPES
    }


def page_file(content: bytes, name: str) -> PageFile:
    """Content that is served under a name, whose ending says of which type it is."""
    digest = hashlib.sha256(content).hexdigest()[:24]
    kind = TYPES[name.rpartition(".")[2]]
    return PageFile(content, gzip.compress(content, mtime=0), kind, f'"{digest}"')
