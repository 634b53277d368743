"""`sweeps submit`, and who may do what at a service, as the command line tells of it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from sweeps.cli.app import app
from sweeps.ledger import tokens as ledger_tokens
from sweeps.ledger.jobs import job_of
from sweeps.ledger.sweep_row import set_sweep
from sweeps.service.admission.admit import admit
from sweeps.store import Store
from sweeps.wording import moment
from tests.sweeps.client.listening import listening
from tests.sweeps.service.api import Service, service

SMALL = """\
name: small
task: penguins
space: {width: [16, 32, 64], epochs: 2}
"""


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service that reads submissions as a real one does, and runs nothing."""
    monkeypatch.chdir(tmp_path)
    for name in ("SWEEPS_TOKEN", "SWEEPS_LEDGER"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "s.yaml").write_text(SMALL)
    found = service(Store.at(tmp_path / "store"), admit)
    with closing(found.ledger), listening(found.app) as url:
        monkeypatch.setenv("SWEEPS_SERVER", url)
        yield found


def sweeps(*words: str) -> Result:
    return CliRunner().invoke(app, words, prog_name="sweeps")


def token(served: Service, name: str, role: ledger_tokens.Role) -> str:
    return ledger_tokens.create(served.ledger, name, role, None)[1]


def test_what_was_submitted_is_in_the_queue(served: Service) -> None:
    done = sweeps("submit", "s.yaml", "--set", "name=mine", "--workers", "2", "--no-memo")
    assert (done.exit_code, done.stderr) == (0, "")
    [row] = served.ledger.sweeps()
    job = job_of(served.ledger, row.sweep_id)
    assert done.stdout.splitlines()[0] == f"mine {row.sweep_id}: queued; it begins next"
    assert job is not None
    assert (job.order.workers, job.order.memo, job.order.priority) == (2, False, 0)
    assert len(job.order.client_key or "") == 32
    stands = sweeps("status").stdout
    assert "  state      queued\n" in stands
    assert "  submitted  20" in stands
    assert "started" not in stands + sweeps("ls").stdout, "it has not begun"
    assert "MLflow" not in stands, "it has begun nothing that MLflow could lack"


def test_what_was_submitted_and_has_begun_says_since_when(served: Service) -> None:
    sweeps("submit", "s.yaml")
    [row] = served.ledger.sweeps()
    with served.ledger.changing() as connection:
        set_sweep(connection, row.sweep_id, state="running", created_ms=row.created_ms + 86_400_000)
    stands = sweeps("status").stdout
    assert f"  started  {moment(row.created_ms + 86_400_000)}\n" in stands
    assert "submitted" not in stands


MISTAKES: dict[str, tuple[str, ...]] = {
    "s.yaml:3:16: width.low: low 300 is above high 256\n": (
        "task: penguins\nspace:\n  width: {low: 300, high: 256}\n",
    ),
    "s.yaml:3:9: search": ("task: penguins\nspace: {width: [1, 2]}\nsearch: gird\n",),
    "--set space.width.low=x: ": (SMALL, "--set", "space.width.low=x"),
    "s.yaml:2:1: a tab; use spaces\n": ("task: penguins\n\tspace: 1\n",),
    "s.yaml:1:13: ": ("task: {csv: /etc/passwd, target: a}\nspace: {width: [1, 2]}\n",),
    "s.yaml:1:8: ": ("model: os:system\ntask: penguins\nspace: {width: [1, 2]}\n",),
}


def test_mistakes_have_their_place(served: Service) -> None:
    for said, (text, *options) in MISTAKES.items():
        Path("s.yaml").write_text(text)
        done = sweeps("submit", "s.yaml", *options)
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.startswith(said), done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert served.ledger.sweeps() == []


def test_mistakes_are_told_as_they_are_here(served: Service) -> None:
    Path("s.yaml").write_text("task: penguins\nspace:\n  widht: [1, 2]\n")
    there, here = sweeps("submit", "s.yaml"), sweeps("validate", "s.yaml")
    assert (there.stderr, there.exit_code) == (here.stderr, here.exit_code)


def test_files_that_are_none(served: Service, tmp_path: Path) -> None:
    os.mkfifo("pipe")
    Path("large.yaml").write_bytes(b"#" * 600_000)
    Path("latin.yaml").write_bytes(b"name: \xe9\n")
    for name, said in (
        ("pipe", "pipe: cannot be read: a pipe or device; write the sweep into a file\n"),
        ("none.yaml", "none.yaml: cannot be read: No such file or directory\n"),
        (".", ".: cannot be read: Is a directory\n"),
        ("large.yaml", "large.yaml:1:1: more than 500,000 bytes; "),
        ("latin.yaml", "latin.yaml:1:7: byte 0xe9 is not UTF-8 text\n"),
    ):
        done = sweeps("submit", name)
        assert (done.exit_code, done.stdout) == (2, ""), name
        assert done.stderr.startswith(said), done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--key", "two words"), "--key: 'two words' is not one word of at most 128 plain "),
        (("--key", "\u00fc"), "--key: '\u00fc' is not one word"),
        (("--key", "x" * 129), "--key: 'xxx"),
        (("--gpu-share", "nan"), "--gpu-share: nan is not a part of one, as in 0.5\n"),
        (("--gpu-share", "0"), "--gpu-share: 0 is not a part of one"),
    ],
)
def test_flags_that_cannot_be(
    words: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("s.yaml").write_text(SMALL)
    done = sweeps("submit", "s.yaml", "--server", "http://127.0.0.1:1", *words)
    assert done.exit_code == 2
    assert done.stderr.startswith(said)


def test_what_never_fits_is_said_at_once(served: Service) -> None:
    done = sweeps("submit", "s.yaml", "--workers", "9")
    assert (done.exit_code, done.stderr) == (
        2,
        "workers 9 is more than the service's 2 slots\n",
    )


def test_a_service_has_to_be_named(served: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SWEEPS_SERVER")
    done = sweeps("submit", "s.yaml")
    assert done.exit_code == 2
    assert done.stderr == (
        "submit to which service? name it with --server or SWEEPS_SERVER; `sweeps run s.yaml` runs "
        "the sweep here\n"
    )
    assert sweeps("workers").exit_code == 2


def test_who_may_do_what(served: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    roles: dict[str, ledger_tokens.Role] = {
        "vic": "viewer",
        "sue": "submitter",
        "bob": "submitter",
        "ada": "admin",
    }
    texts = {name: token(served, name, role) for name, role in roles.items()}
    stranger = sweeps("ls")
    assert stranger.exit_code == 2
    assert stranger.stderr.startswith("this service wants a token: SWEEPS_TOKEN")
    monkeypatch.setenv("SWEEPS_TOKEN", "swp_nobody_nothing")
    assert sweeps("ls").stderr == "the token is not one of this service's\n"
    monkeypatch.setenv("SWEEPS_TOKEN", texts["vic"])
    assert "role submitter" in sweeps("submit", "s.yaml").stderr
    monkeypatch.setenv("SWEEPS_TOKEN", texts["sue"])
    assert sweeps("submit", "s.yaml").exit_code == 0
    high = sweeps("submit", "s.yaml", "--priority", "1")
    assert (high.exit_code, "above 0 is for admins" in high.stderr) == (2, True)
    file = tmp_path / "token"
    file.write_text(texts["bob"])
    file.chmod(0o600)
    others = sweeps("cancel", "--token-file", str(file))
    assert others.exit_code == 2, others.output
    assert others.stdout == ""
    monkeypatch.setenv("SWEEPS_TOKEN", texts["ada"])
    assert sweeps("cancel").exit_code == 0
    assert all(text not in others.output for text in texts.values())


def test_owners_are_listed_where_there_are_several(served: Service) -> None:
    served.submitted(owner="sue")
    assert "owner" not in sweeps("ls").stdout
    served.submitted(owner="bob")
    heading, first, second = sweeps("ls").stdout.splitlines()
    assert heading.split()[:2] == ["id", "owner"]
    assert [line.split()[1] for line in (first, second)] == ["bob", "sue"]


def test_an_empty_service(served: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    url = os.environ["SWEEPS_SERVER"]
    assert sweeps("ls").stdout == f"no sweeps at {url} yet\n"
    assert json.loads(sweeps("ls", "--json").stdout) == []
    for command in ("status", "best", "watch", "report"):
        done = sweeps(command)
        assert done.exit_code == 2
        assert done.stderr == f"no sweeps at {url} yet; try `sweeps submit FILE`\n"


def test_what_was_typed_goes_before_the_variable(served: Service, tmp_path: Path) -> None:
    assert sweeps("ls", "--store", str(tmp_path / "none")).stdout == (
        f"no sweeps in {tmp_path}/none yet\n"
    )
    both = sweeps("ls", "--store", "x", "--server", "http://127.0.0.1:1")
    assert (both.exit_code, both.stderr) == (
        2,
        "--server goes without --store and --ledger: which is meant?\n",
    )


@pytest.mark.parametrize(
    "words",
    [
        ("run", "s.yaml"),
        ("rm", "latest"),
        ("sync",),
        ("export", "latest"),
        ("compare", "a", "b"),
        ("rerun", "a/1"),
        ("race", "s.yaml"),
        ("ui",),
        ("token", "ls"),
        ("serve",),
    ],
)
def test_commands_of_this_machine_say_so(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("s.yaml").write_text(SMALL)
    done = sweeps(*words, "--server", "http://127.0.0.1:1")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("--server is not for this command, which works on a store of ")
    assert "--server" not in sweeps(*words, "--help").stdout


def test_they_take_no_notice_of_the_variable(served: Service) -> None:
    served.submitted()
    done = sweeps("rm", "latest")
    assert done.stderr.startswith("no sweeps in ")


def test_flags_that_are_the_services_affair(served: Service) -> None:
    served.ended([])
    for flag, words in {
        "--workers": ("resume", "--workers", "2"),
        "--gpu-share": ("resume", "--gpu-share", "0.5"),
        "--no-memo": ("retry", "--failed", "--no-memo"),
        "--tracking-uri": ("extend", "--trials", "1", "--tracking-uri", "x"),
        "--residuals": ("report", "--residuals"),
    }.items():
        done = sweeps(*words)
        assert done.exit_code == 2
        assert done.stderr.startswith(f"{flag} ")


def test_what_the_service_trains(served: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep_id = served.submitted()
    served.begun(sweep_id, running=1)
    at_work = served.store.at_work(sweep_id)
    at_work.parent.mkdir(parents=True)
    one = {"slot": "worker 0", "trials": 1, "first": 7, "last": 7, "part": "fold 2/5"}
    figures: dict[str, Any] = {"epoch": 3, "epochs": 50, "value": 0.9123, "best": 0.9345}
    at_work.write_text(json.dumps([one | figures]))
    served.submitted()
    lines = sweeps("workers").stdout.splitlines()
    assert lines[0] == "1 of 2 slots taken, 1 sweep waits"
    assert lines[1].split()[:2] == ["machine", "cores"]
    assert lines[3:] == [
        f"widths {sweep_id}:",
        "  worker 0: trial 7, fold 2/5, epoch 3/50, now 0.9123, best 0.9345",
    ]
    found = json.loads(sweeps("workers", "--json").stdout)
    assert found["workers"][0]["sweep_id"] == sweep_id
    assert found["queue"]["slots"] == 2


def test_why_no_trial_is_listed(served: Service) -> None:
    sweep_id = served.submitted()
    assert sweeps("workers").stdout.splitlines()[-1] == "nothing is trained at the moment"
    served.begun(sweep_id, running=1)
    said = "trials are listed after some seconds, and none has taken that long yet"
    assert sweeps("workers").stdout.splitlines()[-1] == said
