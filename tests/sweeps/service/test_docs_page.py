"""The API's description as a page: everything is there, and texts stay texts."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Annotated

from fastapi import FastAPI, Path, Query
from pydantic import BaseModel, Field

from sweeps.service.docs_page import docs_page


class Asked(BaseModel):
    """What is wanted.

    With <b>bold</b> words.
    """

    name: str
    times: Annotated[int, Field(ge=1, description="how often")] = 3
    again: list[int] | None = None


def made_up() -> FastAPI:
    app = FastAPI(title="made <up>", version="1.2", description="First.\n\nSecond &\n`more`.")

    problem = {
        "content": {"application/problem+json": {}},
        "description": "There is no <such> thing",
    }

    @app.post("/v1/things/{thing}", responses={404: problem})
    def make(
        asked: Asked,
        thing: Annotated[str, Path(description="which one")],
        limit: Annotated[int, Query(ge=1)] = 5,
    ) -> Asked:
        """Make a thing.

        With care.
        """
        return asked

    return app


def test_calls_are_described() -> None:
    page = docs_page(made_up().openapi())
    for said in (
        "<h2><code>POST /v1/things/{thing}</code></h2>",
        '<li><a href="#post-v1-things-thing"><code>POST /v1/things/{thing}</code></a> Make</li>',
        "<p>Make a thing.</p>\n<p>With care.</p>",
        "<dt>404</dt><dd>There is no &lt;such&gt; thing</dd>",
        "<dt>problems</dt><dd>404</dd>",
        "<dt>thing</dt><dd>path, string: which one</dd>",
        "<dt>limit</dt><dd>query, integer, may be left out</dd>",
        '<dt>body</dt><dd><code>application/json</code> <a href="#Asked">Asked</a></dd>',
        "<dt>times</dt><dd>integer, 3 if left out: how often</dd>",
        "<dt>again</dt><dd>list of integer or null, may be left out</dd>",
        "<p>Second &amp; <code>more</code>.</p>",
    ):
        assert said in page, said


def test_texts_stay_texts() -> None:
    page = docs_page(made_up().openapi())
    assert "made &lt;up&gt; 1.2" in page
    assert "With &lt;b&gt;bold&lt;/b&gt; words." in page
    assert "<b>" not in page


def test_the_page_is_whole_and_has_no_scripts() -> None:
    tags = Tags()
    tags.feed(docs_page(made_up().openapi()))
    assert tags.open == []
    assert "script" not in tags.seen
    assert {f"#{name}" for name in tags.names} >= {link for link in tags.links if link[:1] == "#"}


class Tags(HTMLParser):
    VOID = ("meta", "link")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.links: set[str] = set()
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        given = dict(attrs)
        if given.get("id"):
            self.names.add(given["id"] or "")
        if tag == "a":
            self.links.add(given["href"] or "")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
