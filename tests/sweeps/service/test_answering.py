from __future__ import annotations

import logging

import pytest

from search_spaces import SpaceError
from sweeps.coordinator import FinalError
from sweeps.errors import LedgerAwayError, LedgerError, SweepError, SweepFileError
from sweeps.lease import LeaseError
from sweeps.ledger.jobs import KeyTakenError
from sweeps.service.models import Problem
from sweeps.service.problems import ProblemError
from tests.sweeps.service.api import Service


@pytest.mark.parametrize(
    ("error", "status", "exit_code", "lines"),
    [
        (SweepFileError("s.yaml:3:1", "width: too wide", "Traceback"), 422, 2, "Traceback"),
        (SpaceError("nothing is allowed", ("constraints",)), 422, 2, ""),
        (SweepError("it raises", ("model",), lines="File …"), 422, 2, "File …"),
        (LeaseError("sweep x is being run"), 409, 1, ""),
        (FinalError("sweep x was stopped"), 409, 2, ""),
        (KeyTakenError("the key was used"), 409, 2, ""),
        (LedgerAwayError("gone"), 503, 1, ""),
        (LedgerError("the disk is full"), 503, 1, ""),
        (ProblemError(418, "short and stout", 7, {"X-Tea": "yes"}, "pot"), 418, 7, "pot"),
    ],
)
def test_every_error_is_a_problem_in_the_commands_words(
    api: Service, error: Exception, status: int, exit_code: int, lines: str
) -> None:
    def failing() -> None:
        raise error

    api.app.add_api_route("/failing", failing)
    answer = api.client.get("/failing")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    told = Problem.model_validate(answer.json())
    assert (told.status, told.exit_code, told.lines) == (status, exit_code, lines)
    assert told.detail == str(error)
    assert (answer.headers.get("Retry-After") is not None) == isinstance(error, LedgerAwayError)


def test_nothing_of_an_unexpected_error_is_told(
    api: Service, caplog: pytest.LogCaptureFixture
) -> None:
    def failing() -> None:
        raise ZeroDivisionError("postgresql://me:password@host")

    api.app.add_api_route("/failing", failing)
    with caplog.at_level(logging.ERROR):
        answer = api.client.get("/failing")
    assert answer.status_code == 500
    told = Problem.model_validate(answer.json())
    assert told.detail == "the service failed unexpectedly: ZeroDivisionError; its log says where"
    assert "test_answering.py" in caplog.text


def test_paths_and_methods_that_are_not_there_are_problems_too(api: Service) -> None:
    missing = api.client.get("/v2/sweeps")
    assert (missing.status_code, missing.json()["title"]) == (404, "Not Found")
    assert missing.json()["detail"] == "there is nothing for GET /v2/sweeps"
    wrong = api.client.put("/v1/sweeps")
    assert (wrong.status_code, wrong.json()["status"]) == (405, 405)
    assert set(wrong.headers["Allow"].split(", ")) == {"GET", "POST"}
    assert wrong.json()["detail"].startswith("there is nothing for PUT /v1/sweeps, but for ")
    assert wrong.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("body", [b"{", b"\xff", b'"text"', b"[1]", b'{"file": "\\ud800"}', b""])
def test_bodies_that_are_none_are_problems_too(api: Service, body: bytes) -> None:
    answer = api.client.post(
        "/v1/sweeps", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    Problem.model_validate(answer.json())
