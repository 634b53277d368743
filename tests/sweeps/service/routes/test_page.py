"""The page's files and the API's description, as a browser gets them."""

from __future__ import annotations

import asyncio
import gzip
from html.parser import HTMLParser

import httpx
import pytest
from fastapi import FastAPI

from sweeps.service.answering import answer_problems
from sweeps.service.page_files import page_files
from sweeps.service.routes import page

KINDS = {
    "/": "text/html; charset=utf-8",
    "/page/page.css": "text/css; charset=utf-8",
    "/page/app.js": "text/javascript; charset=utf-8",
    "/page/icon.svg": "image/svg+xml",
    "/docs": "text/html; charset=utf-8",
}


class Client:
    """Asks an application that holds the page alone."""

    def __init__(self) -> None:
        self.app = FastAPI(title="made up", version="1", docs_url=None, redoc_url=None)
        answer_problems(self.app)
        self.app.include_router(page.router)

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
                return await client.request(method, path, headers=headers)

        return asyncio.run(asked())

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        return self.ask("GET", path, headers)


@pytest.fixture(scope="module")
def client() -> Client:
    return Client()


@pytest.mark.parametrize("path", KINDS)
def test_files_have_their_types(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == KINDS[path]


@pytest.mark.parametrize("path", KINDS)
def test_a_copy_that_is_good_is_not_sent_again(client: Client, path: str) -> None:
    answer = client.get(path)
    tag = answer.headers["etag"]
    for known in (tag, f'"other", W/{tag}'):
        again = client.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


def test_files_are_packed_for_those_who_take_that(client: Client) -> None:
    packed = client.get("/page/overview.js", headers={"Accept-Encoding": "br, gzip;q=0.8"})
    plain = client.get("/page/overview.js", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert packed.content == plain.content == page_files()["overview.js"].content
    assert gzip.decompress(page_files()["overview.js"].packed) == plain.content


def test_head_is_answered_without_a_body(client: Client) -> None:
    answer = client.ask("HEAD", "/", headers={"Accept-Encoding": "identity"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) == len(page_files()["index.html"].content)


@pytest.mark.parametrize(
    "name", ["nothing.js", "..%2fpage_files.py", "%2e%2e/settings.py", ".", ""]
)
def test_no_other_file_is_served(client: Client, name: str) -> None:
    answer = client.get(f"/page/{name}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_page_says_something_without_scripts() -> None:
    words = Words()
    words.feed(page_files()["index.html"].content.decode())
    said = " ".join(words.said)
    assert "running sweeps" in said
    assert "sweeps submit" in said


class Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)
