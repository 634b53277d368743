"""The API's OpenAPI description as a page to read: no scripts, nothing from elsewhere."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sweeps.errors import printable

Schema = Mapping[str, Any]

METHODS = ("get", "post", "put", "patch", "delete")

HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>API of the sweeps service</title>
<link rel="icon" href="/page/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/page/page.css">
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header>
<a class="home" href="/#/">Sweeps</a>
<nav aria-label="Pages">
<a href="/#/">Overview</a>
<a href="/#/submit">Submit</a>
<a href="/docs" aria-current="page">API</a>
</nav>
</header>
"""

_REFERENCE = "#/components/schemas/"


def docs_page(document: Schema) -> str:
    """The whole page; `document` is what `/openapi.json` answers."""
    info = document["info"]
    known = document.get("components", {}).get("schemas", {})
    parts = [
        f"<h1>{text(info['title'])} {text(info['version'])}</h1>",
        *_paragraphs(info.get("description", "")),
        '<p>For programs: <a href="/openapi.json">/openapi.json</a>.</p>',
        *_calls(document),
        "<h2>What is sent and answered</h2>",
        *(_shape(name, schema) for name, schema in sorted(known.items())),
    ]
    body = "\n".join(parts)
    return f'{HEAD}<main id="main" tabindex="-1">\n{body}\n</main>\n</body>\n</html>\n'


def text(value: object) -> str:
    """Anything as text of a page."""
    return html.escape(printable(str(value)))


def _calls(document: Schema) -> Iterator[str]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield _call(method, path, item[method])


def _call(method: str, path: str, call: Schema) -> str:
    said = "\n".join(_paragraphs(call.get("description", "")))
    facts = "\n".join(
        f"<dt>{text(name)}</dt><dd>{fact}</dd>" for name, fact in _facts(call) if fact
    )
    return (
        f"<section>\n<h2><code>{method.upper()} {text(path)}</code></h2>\n"
        f"<p>{text(call.get('summary', ''))}</p>\n{said}\n<dl>\n{facts}\n</dl>\n</section>"
    )


def _paragraphs(words: str) -> Iterator[str]:
    """Blocks of lines with an empty one between them."""
    for block in filter(str.strip, words.split("\n\n")):
        yield f"<p>{text(' '.join(block.split()))}</p>"


def _facts(call: Schema) -> Iterator[tuple[str, str]]:
    """What a call takes and answers: (word, markup)."""
    for one in call.get("parameters", ()):
        wanted = "" if one.get("required") else ", may be left out"
        said = text(one.get("description", ""))
        kind = f"{one['in']}, {_kind(one.get('schema', {}))}{wanted}"
        yield one["name"], f"{kind}{': ' if said else ''}{said}"
    if "requestBody" in call:
        yield "body", _contents(call["requestBody"])
    for status, answer in call.get("responses", {}).items():
        shapes = _contents(answer)
        said = text(answer.get("description", ""))
        yield str(status), f"{said}{': ' if said and shapes else ''}{shapes}"


def _contents(answer: Schema) -> str:
    return ", ".join(
        f"<code>{text(kind)}</code> {_kind(content.get('schema', {}))}".strip()
        for kind, content in answer.get("content", {}).items()
    )


def _kind(schema: Schema) -> str:
    """What sort of value it is, with links to those that have names."""
    if "$ref" in schema:
        name = text(schema["$ref"].removeprefix(_REFERENCE))
        return f'<a href="#{name}">{name}</a>'
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return _either(map(_kind, schema[word]))
    if "enum" in schema:
        return _either(f"<code>{text(json.dumps(one))}</code>" for one in schema["enum"])
    if "const" in schema:
        return f"<code>{text(json.dumps(schema['const']))}</code>"
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return text(schema.get("type", "any value"))


def _either(kinds: Iterable[str]) -> str:
    return " or ".join(dict.fromkeys(kinds))


def _shape(name: str, schema: Schema) -> str:
    wanted = schema.get("required", ())
    rows = "\n".join(
        f"<dt>{text(key)}</dt><dd>{_kind(one)}{_note(one, key in wanted)}</dd>"
        for key, one in schema.get("properties", {}).items()
    )
    said = "\n".join(_paragraphs(schema.get("description", "")))
    return (
        f'<section id="{text(name)}">\n<h3>{text(name)}</h3>\n{said}\n'
        f"<dl>\n{rows}\n</dl>\n</section>"
    )


def _note(schema: Schema, wanted: bool) -> str:
    default = (
        "" if "default" not in schema else f", {text(json.dumps(schema['default']))} if left out"
    )
    said = f": {text(schema['description'])}" if "description" in schema else ""
    return f"{'' if wanted or default else ', may be left out'}{default}{said}"
