"""The page of the service: its files, and what the API offers as a page to read.

Nobody needs a token for these: there is nothing of any sweep in them.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sweeps.service.docs_page import docs_page
from sweeps.service.page_files import PageFile, page_file, page_files
from sweeps.service.problems import ProblemError

router = APIRouter(include_in_schema=False)

BOTH = ["GET", "HEAD"]


@router.api_route("/", methods=BOTH)
def front(request: Request) -> Response:
    """The page itself."""
    return _sent(page_files()["index.html"], request)


@router.api_route("/page/{name}", methods=BOTH)
def part(name: str, request: Request) -> Response:
    """A file that the page needs. Raises ProblemError, 404, for every other name."""
    file = page_files().get(name)
    if file is None:
        raise ProblemError(404, f"the page has no file {name!r}")
    return _sent(file, request)


@router.api_route("/docs", methods=BOTH)
def docs(request: Request) -> Response:
    """The API's description, readable without scripts."""
    text = docs_page(request.app.openapi())
    return _sent(page_file(text.encode(), "docs.html"), request)


def _sent(file: PageFile, request: Request) -> Response:
    """The file, packed for who takes that; or that the browser's copy is good.

    Names stay the same from version to version, so a browser has to ask every time.
    """
    headers = {"ETag": file.tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if file.tag in _listed(request, "if-none-match"):
        return Response(status_code=304, headers=headers)
    if "gzip" not in _listed(request, "accept-encoding"):
        return Response(file.content, media_type=file.kind, headers=headers)
    return Response(
        file.packed, media_type=file.kind, headers=headers | {"Content-Encoding": "gzip"}
    )


def _listed(request: Request, name: str) -> list[str]:
    """The values of a header, without what says how much each is wanted."""
    return [
        one.partition(";")[0].strip().removeprefix("W/")
        for one in request.headers.get(name, "").split(",")
    ]
