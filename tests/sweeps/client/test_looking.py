"""Looks at what a service has: pages, reports, sweeps that run, and over TLS."""

from __future__ import annotations

import os
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sweeps import __version__
from sweeps.cli import watching
from sweeps.cli.app import app
from sweeps.client import remote_view
from sweeps.client.address import Address
from sweeps.client.connection import Connection, Query
from sweeps.client.errors import AwayError, NoServiceError
from sweeps.client.once_view import OnceView
from sweeps.client.remote_view import RemoteView
from sweeps.lease import Claim
from sweeps.ledger.records import SweepRow
from sweeps.result_json import brief_from_json, confirmations_whole, result_from_json
from sweeps.service.problems import ProblemError
from sweeps.store import Store
from sweeps.trial import Result as TrialResult
from tests.sweeps.client.certificates import self_signed
from tests.sweeps.client.listening import listening
from tests.sweeps.service.api import Service, result, service


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SWEEPS_TOKEN", raising=False)
    found = service(Store.at(tmp_path / "store"))
    with closing(found.ledger), listening(found.app) as url:
        monkeypatch.setenv("SWEEPS_SERVER", url)
        yield found


@pytest.fixture
def view(served: Service) -> Iterator[RemoteView]:
    with closing(Connection(Address.of(os.environ["SWEEPS_SERVER"]), None)) as connection:
        yield RemoteView(connection)


def sweeps(*words: str) -> Result:
    return CliRunner().invoke(app, words, prog_name="sweeps")


def test_pages_are_followed(
    served: Service, view: RemoteView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_view, "PAGE", 2)
    monkeypatch.setattr(remote_view, "PAGE_OF_TRIALS", {"brief": 3, "whole": 2})
    monkeypatch.setattr(remote_view, "PAGE_OF_COURSE", 3)
    several = [result(number, 0.1 * number) for number in range(8)]
    sweep_id = served.ended([*several, result(8, 0.7, confirms=7)])
    for _ in range(4):
        served.submitted()
    assert view.sweeps() == served.ledger.sweeps()
    assert view.trials(sweep_id, brief_from_json) == served.ledger.trials(sweep_id, brief_from_json)
    whole = served.ledger.trials(sweep_id, confirmations_whole)
    assert view.trials(sweep_id, confirmations_whole) == whole
    assert view.trials(sweep_id) == served.ledger.trials(sweep_id, result_from_json)
    assert view.course(sweep_id) == served.ledger.course(sweep_id)
    assert view.confirmations(sweep_id) == served.ledger.confirmations(sweep_id) == [8]


def test_the_best_is_the_ledgers(served: Service, view: RemoteView) -> None:
    several: list[list[float | None]] = [
        [0.1, 0.5, 0.3],
        [0.5, 0.5, None],
        [None, None],
        [],
        [0.5] * 9,
        [0.2, 0.2, 0.1],
    ]
    for scores in several:
        sweep_id = served.ended([result(number, score) for number, score in enumerate(scores)])
        for maximize in (True, False):
            best = served.ledger.best(sweep_id, maximize=maximize)
            found = view.best(sweep_id, maximize=maximize)
            assert (found and found.trial) == (best and best.trial)


@pytest.mark.parametrize("command", ["best", "status"])
def test_a_course_is_read_once_for_a_command(
    served: Service, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    asked: list[str] = []
    get = Connection.get

    def noted(self: Connection, path: str, query: Query | None = None) -> object:
        asked.append(path)
        return get(self, path, query)

    monkeypatch.setattr(Connection, "get", noted)
    sweep_id = served.ended([result(0, 0.3), result(1, 0.5), result(2, 0.4, confirms=1)])
    done = sweeps(command, sweep_id)
    assert (done.exit_code, "trial 1" in done.stdout) == (0, True), done.output
    assert asked.count(f"/v1/sweeps/{sweep_id}/course") == 1


def test_who_looks_on_reads_a_course_anew(served: Service, view: RemoteView) -> None:
    sweep_id = served.submitted()
    claim = served.begun(sweep_id, [result(0)])
    once = OnceView(view.connection)
    assert len(view.course(sweep_id)) == len(once.course(sweep_id)) == 1
    served.ledger.begin(claim, [result(1).trial], {"next": 3})
    assert (len(view.course(sweep_id)), len(once.course(sweep_id))) == (2, 1)


def test_what_a_service_does_not_know_is_told_with_the_versions(view: RemoteView) -> None:
    said = f"another version than this command, although both are called {__version__}: query.fter"
    with pytest.raises(NoServiceError, match=said):
        view.connection.get("/v1/sweeps", {"fter": 3})


@dataclass
class Reports:
    """Pages that are drawn at once, but for the first time that each is asked for."""

    asked: int = 0

    def page(self, row: SweepRow) -> bytes:
        self.asked += 1
        if self.asked == 1:
            raise ProblemError(503, "it is being drawn", 1, {"Retry-After": "0"})
        return f"<title>{row.name}</title>".encode()

    def close(self) -> None:
        pass


def test_a_report_is_fetched(
    served: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []

    def show(link: str) -> bool:
        shown.append(link)
        return True

    monkeypatch.setattr(webbrowser, "open", show)
    served.app.state.reports.close()
    served.app.state.reports = Reports()
    sweep_id = served.ended([result(0)])
    done = sweeps("report", "--open")
    assert (done.exit_code, done.stdout) == (0, f"report: report-{sweep_id}.html\n")
    page = tmp_path / f"report-{sweep_id}.html"
    assert page.read_text() == "<title>widths</title>"
    assert shown == [page.as_uri()]
    assert sweeps("report", "-o", "mine.html").stdout == "report: mine.html\n"
    assert sweeps("report", "-o", "no/such/folder.html").exit_code == 2
    served.ended([result(0, None)])
    none = sweeps("report")
    assert (none.exit_code, none.stdout.endswith(": no trial has a score yet\n")) == (1, True)


def test_a_running_sweep_is_watched(served: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = served.begun(served.submitted(), [result(0, 0.25)], running=1)
    steps: list[Callable[[], object]] = [
        lambda: served.ledger.commit(claim, [(result(1, None), 1)], {"next": 2}, spent=1.5),
        lambda: served.ledger.end(claim, "finished", 3.0),
        lambda: served.ledger.release(claim),
    ]
    monkeypatch.setattr(watching, "wait", lambda _: steps.pop(0)())
    done = sweeps("watch")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"widths {claim.sweep_id}: running, by process {os.getpid()} on ")
    assert lines[1].startswith("1/10 trials, best 0.25 (trial 0)")
    assert "trial 1 failed, diverged: loss became nan in epoch 3" in lines
    assert f"widths {claim.sweep_id}: finished, 2/10 trials, 1 failed, best 0.25 (trial 0)" in lines
    assert steps == []


def test_what_waits_is_watched_until_it_is_over(
    served: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = served.submitted(), served.submitted()
    claims: list[Claim] = []
    steps: list[Callable[[], object]] = [
        lambda: claims.append(served.begun(second, [result(0, 0.25)])),
        lambda: (served.ledger.end(claims[0], "finished", 3.0), served.ledger.release(claims[0])),
    ]
    monkeypatch.setattr(watching, "wait", lambda _: steps.pop(0)())
    done = sweeps("watch", second)
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0] == f"widths {second}: queued, in the queue: 2nd to begin, 1 slot"
    assert f"widths {second}: running, by process {os.getpid()} on " in done.stdout
    assert f"widths {second}: finished, 1/10 trials, best 0.25 (trial 0)" in lines
    held = sweeps("pause", first)
    assert held.exit_code == 0
    assert sweeps("watch", first).stdout.startswith(f"widths {first}: queued, 0/10 trials")


def test_a_service_that_goes_away_is_waited_for(
    served: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = served.begun(served.submitted(), [result(0)])
    look = RemoteView.sweep
    looks: list[Exception | None] = [None, None, AwayError("gone"), AwayError("gone")]

    def away(view: RemoteView, prefix: str) -> SweepRow:
        trouble = looks.pop(0) if looks else None
        if trouble is not None:
            raise trouble
        return look(view, prefix)

    def meanwhile(_: float) -> None:
        if not looks:
            served.ledger.end(claim, "finished", 3.0)
            served.ledger.release(claim)

    monkeypatch.setattr(RemoteView, "sweep", away)
    monkeypatch.setattr(watching, "wait", meanwhile)
    done = sweeps("watch")
    assert done.exit_code == 0, done.output
    assert looks == []


def test_over_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = self_signed(tmp_path)
    found = service(Store.at(tmp_path / "store"))
    sweep_id = found.ended([TrialResult(result(0).trial, 0.5, {}, {}, 1.0)])
    secured = {"ssl_certfile": str(files.certificate), "ssl_keyfile": str(files.key)}
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with closing(found.ledger), listening(found.app, **secured) as url:
        unknown = sweeps("ls", "--server", url)
        assert unknown.exit_code == 1
        assert unknown.stderr == (
            f"the certificate of {url} cannot be trusted: self-signed certificate; where it is of "
            "an authority of your own, name that one's file in SSL_CERT_FILE\n"
        )
        plain = sweeps("ls", "--server", url.replace("https", "http"))
        assert (plain.exit_code, "is it https?" in plain.stderr) == (1, True)
        monkeypatch.setenv("SSL_CERT_FILE", str(files.certificate))
        assert sweep_id in sweeps("ls", "--server", url).stdout
    with listening(found.app) as url:
        wrong = sweeps("ls", "--server", url.replace("http", "https"))
        assert (wrong.exit_code, "does not speak https" in wrong.stderr) == (1, True)
