"""The page's files: small, whole, with nothing from elsewhere and nothing written into them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from sweeps.service.page_files import FOLDER, PageFile, page_file, page_files

NODE = shutil.which("node")
FILES = sorted(page_files())
SCRIPTS = [name for name in FILES if name.endswith(".js")]
MOST_BYTES = 64_000
MOST_SENT = 30_000

ELSEWHERE = re.compile(r"(?:https?:)?//(?!\s)[\w.-]+\.\w+|@import|url\((?!#)")
NAMESPACE = "http://www.w3.org/2000/svg"
AS_MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|Function\("
)
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:")
IMPORT = re.compile(r'^import (?:\{([^}]*)\} from )?"\./([\w.]+)";', re.MULTILINE)
EXPORT = re.compile(r"^export (?:async )?(?:function\*?|class|const|let) (\w+)", re.MULTILINE)
COLOUR = re.compile(r"--([\w-]+): (#[0-9a-f]{3,6});")

WORDS_ON = {
    "back": ("ink", "quiet", "blue", "red"),
    "raised": ("ink", "quiet", "blue", "red"),
    "wrong-back": ("red",),
    "blue": ("on-blue",),
}
MARKS_ON_BACK = ("edge", "orange", "green", "purple", "dot")


def text(name: str) -> str:
    return page_files()[name].content.decode()


def test_every_file_of_the_folder_is_served() -> None:
    assert set(FILES) == {place.name for place in FOLDER.iterdir()}
    assert {"index.html", "page.css", "app.js", "icon.svg"} <= set(FILES)


def test_the_page_is_small() -> None:
    assert sum(len(file.content) for file in page_files().values()) < MOST_BYTES
    assert sum(len(file.packed) for file in page_files().values()) < MOST_SENT


@pytest.mark.parametrize("name", FILES)
def test_nothing_comes_from_elsewhere(name: str) -> None:
    assert ELSEWHERE.findall(text(name).replace(NAMESPACE, "")) == []


@pytest.mark.parametrize("name", FILES)
def test_texts_never_become_markup_and_nothing_is_inline(name: str) -> None:
    assert AS_MARKUP.findall(text(name)) == []
    assert INLINE.findall(text(name)) == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_imports_are_there_and_used(name: str) -> None:
    body = IMPORT.sub("", text(name))
    for names, source in IMPORT.findall(text(name)):
        there = set(EXPORT.findall(text(source)))
        for wanted in filter(None, (one.strip() for one in names.split(","))):
            assert wanted in there, f"{source} exports no {wanted}"
            assert re.search(rf"\b{wanted}\b", body), f"{name} does not use {wanted}"


def test_what_is_exported_is_imported() -> None:
    wanted = {
        (source, one.strip())
        for name in SCRIPTS
        for names, source in IMPORT.findall(text(name))
        for one in names.split(",")
    }
    exported = {(name, one) for name in SCRIPTS for one in EXPORT.findall(text(name))}
    assert exported - wanted == set()


def test_every_script_is_asked_for_at_once() -> None:
    """A browser that finds them one after the other waits for each in turn."""
    first = re.findall(r'(?:href|src)="/page/([\w.]+\.js)"', text("index.html"))
    assert sorted(first) == SCRIPTS


PARSING = """
const { SourceTextModule } = require("vm"), { readFileSync } = require("fs");
for (const file of process.argv.slice(1)) {
  new SourceTextModule(readFileSync(file, "utf-8"), { identifier: file });
}
"""


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_scripts_parse(tmp_path: Path) -> None:
    broken = tmp_path / "broken.js"
    broken.write_text("export function f( {")
    assert parsed(broken).returncode != 0
    said = parsed(*(Path(str(FOLDER.joinpath(name))) for name in SCRIPTS))
    assert said.returncode == 0, said.stderr


def parsed(*files: Path) -> subprocess.CompletedProcess[str]:
    assert NODE is not None
    command = [NODE, "--experimental-vm-modules", "--no-warnings", "-e", PARSING, *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_colours_stand_out(dark: bool) -> None:
    """WCAG 2.2 AA: 4.5 to 1 for words, 3 to 1 for marks and the edges of fields."""
    styles = text("page.css")
    light, _, rest = styles.partition("@media (prefers-color-scheme: dark)")
    colours = dict(COLOUR.findall(rest.partition("}")[0] if dark else light.partition("}")[0]))
    for ground, words in WORDS_ON.items():
        for word in words:
            assert contrast(colours[word], colours[ground]) >= 4.5, (word, ground)
    for mark in MARKS_ON_BACK:
        for ground in ("back", "raised"):
            assert contrast(colours[mark], colours[ground]) >= 3, (mark, ground)


def contrast(one: str, other: str) -> float:
    """Of two colours, by the formula of WCAG 2."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    shares = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_contrast_is_the_published_formula() -> None:
    assert contrast("#fff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_another_content_has_another_tag() -> None:
    one, other = page_file(b"a", "a.js"), page_file(b"b", "a.js")
    assert isinstance(one, PageFile)
    assert one.tag != other.tag
    assert one.tag == page_file(b"a", "a.js").tag
