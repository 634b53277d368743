"""Who may do what in MLflow's server beside a service: the service's tokens decide.

MLflow calls `authorize` for every request, within its own process. A token is given as the
password, with any name; as a bearer's; or as the cookie that the service's page has set. Whoever is
no admin may look, nothing else: coordinators write to the database themselves.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache

import flask
from starlette.datastructures import Headers
from werkzeug.datastructures import Authorization

from sweeps.errors import LedgerError
from sweeps.ledger.view import LedgerView
from sweeps.service.beside.access import ADMIN, LEDGER, VIEWER
from sweeps.service.identity import Identities, Who, presented
from sweeps.service.problems import ProblemError
from tracking.mlflow_users import make_sure_of

LOOKING = re.compile(
    r"/graphql"
    r"|/(ajax-)?api/\d\.\d/?mlflow/"
    r"((experiments|runs|logged-models|datasets|issues|traces)/search"
    r"|experiments/search-datasets|registered-models/get-latest-versions"
    r"|traces/calculate-filter-correlation)"
)
"""What its pages ask for with POST though it changes nothing."""


def authorize() -> Authorization | flask.Response:
    """Whom the request at hand comes from; the answer to it where that is nobody who may."""
    try:
        admin = _admitted(flask.request).may("admin")
    except ProblemError as refused:
        return _answer(refused.status, refused.detail)
    except LedgerError as error:
        return _answer(503, str(error))
    name = ADMIN if admin else VIEWER
    make_sure_of(name, admin=admin)
    return Authorization("basic", {"username": name, "password": ""})


@lru_cache
def _identities() -> Identities:
    return Identities(LedgerView(os.environ[LEDGER]), auth=True)


def _admitted(request: flask.Request) -> Who:
    """Who asks, if that one may do what is asked. Raises ProblemError: 401, 403."""
    _refuse_other_pages(request)
    who = _identities().bearer(_token(request))
    if not who.may("admin") and not _looks(request.method, request.path):
        raise ProblemError(403, f"{who.name} may look here; what changes things needs an admin")
    return who


def _refuse_other_pages(request: flask.Request) -> None:
    """MLflow itself lets every page that this machine serves read with its visitor's rights."""
    origin = request.headers.get("Origin")
    if origin is not None and origin.partition("//")[2] != request.host:
        raise ProblemError(403, "pages of another site may not use this one")


def _token(request: flask.Request) -> str:
    basic = request.authorization
    if basic is not None and basic.type == "basic":
        return basic.password or ""
    return presented(Headers(dict(request.headers))) or ""


def _looks(method: str, path: str) -> bool:
    return method in ("GET", "HEAD", "OPTIONS") or (
        method == "POST" and LOOKING.fullmatch(path) is not None
    )


def _answer(status: int, detail: str) -> flask.Response:
    answer = flask.Response(f"{detail}\n", status, mimetype="text/plain")
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Basic realm="sweeps: a token as the password"'
    return answer
