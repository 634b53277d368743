"""The API's OpenAPI description as a page to read: no scripts, nothing from elsewhere."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sweeps.errors import printable

Schema = Mapping[str, Any]

PROBLEM = "application/problem+json"
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

CODE = re.compile(r"`([^`]+)`")
_REFERENCE = "#/components/schemas/"


def docs_page(document: Schema) -> str:
    """The whole page; `document` is what `/openapi.json` answers."""
    info = document["info"]
    known = document.get("components", {}).get("schemas", {})
    parts = [
        f"<h1>{text(info['title'])} {text(info['version'])}</h1>",
        *_paragraphs(info.get("description", "")),
        '<p>For programs: <a href="/openapi.json">/openapi.json</a>.</p>',
        *_contents_of(document),
        *_calls(document),
        "<h2>What is sent and answered</h2>",
        *(_shape(name, schema) for name, schema in sorted(known.items())),
    ]
    body = "\n".join(parts)
    return f'{HEAD}<main id="main" tabindex="-1">\n{body}\n</main>\n</body>\n</html>\n'


def text(value: object) -> str:
    """Anything as text of a page."""
    return html.escape(printable(str(value)))


def _contents_of(document: Schema) -> Iterator[str]:
    """Every call with a link to it, and what an answer means that is a problem."""
    links = "\n".join(
        f'<li><a href="#{_anchor(method, path)}"><code>{method.upper()} {text(path)}</code></a> '
        f"{text(call.get('summary', ''))}</li>"
        for method, path, call in _each(document)
    )
    yield f'<nav aria-label="Calls"><ul class="plain">\n{links}\n</ul></nav>'
    said = {
        status: _words(answer.get("description", ""))
        for _, _, call in _each(document)
        for status, answer in call.get("responses", {}).items()
        if PROBLEM in answer.get("content", {})
    }
    if said:
        rows = "\n".join(f"<dt>{status}</dt><dd>{said[status]}</dd>" for status in sorted(said))
        yield f"<h2>Problems</h2>\n<dl>\n{rows}\n</dl>"


def _each(document: Schema) -> Iterator[tuple[str, str, Schema]]:
    """(method, path, what the description says of the call)."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield method, path, item[method]


def _anchor(method: str, path: str) -> str:
    return text(f"{method}{path}".replace("/", "-").replace("{", "").replace("}", ""))


def _calls(document: Schema) -> Iterator[str]:
    for method, path, call in _each(document):
        yield _call(method, path, call)


def _call(method: str, path: str, call: Schema) -> str:
    said = "\n".join(_paragraphs(call.get("description", "")))
    facts = "\n".join(f"<dt>{text(name)}</dt><dd>{fact}</dd>" for name, fact in _facts(call))
    title = f"<code>{method.upper()} {text(path)}</code>"
    return (
        f'<section id="{_anchor(method, path)}">\n<h2>{title}</h2>\n'
        f"{said}\n<dl>\n{facts}\n</dl>\n</section>"
    )


def _paragraphs(words: str) -> Iterator[str]:
    """Blocks of lines with an empty one between them."""
    for block in filter(str.strip, words.split("\n\n")):
        yield f"<p>{_words(' '.join(block.split()))}</p>"


def _words(said: str) -> str:
    """Text in which `code` is set as such."""
    return CODE.sub(r"<code>\1</code>", text(said))


def _facts(call: Schema) -> Iterator[tuple[str, str]]:
    """What a call takes and answers: (word, markup)."""
    for one in call.get("parameters", ()):
        wanted = "" if one.get("required") else ", may be left out"
        said = _words(one.get("description", ""))
        kind = f"{one['in']}, {_kind(one.get('schema', {}))}{wanted}"
        yield one["name"], f"{kind}{': ' if said else ''}{said}"
    if "requestBody" in call:
        yield "body", _contents(call["requestBody"])
    troubles = []
    for status, answer in call.get("responses", {}).items():
        if PROBLEM in answer.get("content", {}):
            troubles.append(str(status))
            continue
        shapes = _contents(answer)
        said = _words(answer.get("description", ""))
        yield str(status), f"{said}{': ' if said and shapes else ''}{shapes}"
    if troubles:
        yield "problems", ", ".join(troubles)


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
    said = f": {_words(schema['description'])}" if "description" in schema else ""
    return f"{'' if wanted or default else ', may be left out'}{default}{said}"
