"""SVGs that share one page: their ids apart, their styles said once, as small as they can be."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from sweeps.reports.rendering import Svg

TAG = re.compile(r"<[^>]*>")
ID = re.compile(r' id="([^"]*)"')
REFERENCE = re.compile(r'(?:xlink:href="#|url\(#)([^")]+)')
STYLE = re.compile(r' style="([^"]*)"')
FONT = re.compile(r"font-family: [^;]*; ?")
LONG = re.compile(r"(\d\.\d\d)\d+")
UNTURNED = re.compile(r' transform="rotate\(-?0 [^"]*\)"')
BEFORE = re.compile(r"^.*?<svg[^>]*>", re.DOTALL)
SHARED = re.compile(r'<defs>\s*<style type="text/css">.*?</style>\s*</defs>', re.DOTALL)


@dataclass
class Sheet:
    """The styles of a page's SVGs, each with a class of its own in order of appearance."""

    _names: dict[str, str] = field(default_factory=dict)

    def name(self, style: str) -> str:
        """The class that stands for a style."""
        said = FONT.sub("", style).strip().rstrip(";")
        return self._names.setdefault(said, f"s{len(self._names)}")

    def css(self) -> str:
        """The rules of all styles so far."""
        return "\n".join(f".{name}{{{style}}}" for style, name in self._names.items())


def inlined(svg: Svg, prefix: str, classes: str, label: str, sheet: Sheet) -> str:
    """The picture as an element of a page, with `label` for those who do not see it.

    `prefix` must be another for every picture of a page, and a word of plain letters.
    """
    body = SHARED.sub("", BEFORE.sub("", svg.text, count=1), count=1)
    wanted = set(REFERENCE.findall(body))

    def tag(found: re.Match[str]) -> str:
        text = UNTURNED.sub("", found.group())
        text = ID.sub(lambda one: _id(one.group(1), prefix, wanted), text)
        text = REFERENCE.sub(lambda one: one.group().replace("#", f"#{prefix}-"), text)
        text = text.replace("xlink:href", "href")
        text = STYLE.sub(lambda one: f' class="{sheet.name(one.group(1))}"', text)
        return LONG.sub(r"\1", text)

    box = f"0 {svg.top:.2f} {svg.width:.2f} {svg.height - svg.top:.2f}"
    head = f'<svg class="{classes}" viewBox="{box}" role="img" aria-label="{html.escape(label)}">'
    return head + re.sub(r"\n\s*", "\n", TAG.sub(tag, body)).strip()


def _id(name: str, prefix: str, wanted: set[str]) -> str:
    return f' id="{prefix}-{name}"' if name in wanted else ""
