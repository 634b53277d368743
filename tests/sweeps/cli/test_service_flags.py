"""The flags of `sweeps serve`: what they mean, and a line for what cannot be."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from sweeps import cores
from sweeps.cli.service_flags import ServiceFlags
from sweeps.executors import gpus
from sweeps.executors.gpus import Gpu
from sweeps.executors.ray import address
from sweeps.service import serving
from sweeps.service.only_one import ServingError
from sweeps.service.ray import size
from sweeps.service.settings import Allowed, Cluster, Settings, Tls
from sweeps.store import Store
from tests.sweeps.cli.conftest import Command
from tracking.store_uri import resolve

EVERY = """serve --store s --ledger sqlite:///l.db --host 10.0.0.7 --port 0 --slots 7 --gpus 0
--tracking-uri http://m:5000 --mlflow-port 5001 --no-mlflow --auth --allow-host tune.example
--allow-host b --tls-cert c.pem --tls-key k.pem --behind-tls --data-folder data --code-folder code
--code-folder more --allow models:build --allow own.code:* --notify-host hooks.example
--notify-command {program} --drain-seconds 1.5"""


@pytest.fixture(autouse=True)
def without_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MLFLOW_TRACKING_URI", "SWEEPS_LEDGER", "SWEEPS_SERVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(gpus, "seen", lambda: [Gpu("NVIDIA H200", ("0", "GPU-a"), 143771)])
    monkeypatch.setattr(address, "find_spec", lambda _: True)
    monkeypatch.setattr(size, "cores_of", lambda _: 96)


@pytest.fixture
def meant(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """The settings that services would have been started with."""
    found: list[Settings] = []

    def serve(settings: Settings, say: Any) -> int:
        found.append(settings)
        return 0

    monkeypatch.setattr(serving, "serve", serve)
    return found


def test_without_flags_it_is_for_this_machine_alone(
    sweeps: Command, here: Path, meant: list[Settings]
) -> None:
    assert sweeps("serve").exit_code == 0
    assert meant == [Settings(Store.at(), tracking_uri=f"sqlite:///{here}/mlflow.db")]
    (settings,) = meant
    assert (settings.address, settings.slots) == ("http://127.0.0.1:8765", cores.usable())
    assert (settings.loopback, settings.auth, settings.mlflow) == (True, False, True)


def test_every_flag_is_heard(sweeps: Command, here: Path, meant: list[Settings]) -> None:
    for name in ("data", "code", "more"):
        (here / name).mkdir()
    (here / "c.pem").touch()
    (here / "k.pem").touch()
    done = sweeps(*EVERY.format(program=sys.executable).split())
    assert done.output == ""
    assert meant == [
        Settings(
            store=Store.at(here / "s", f"sqlite:///{here}/l.db"),
            host="10.0.0.7",
            port=0,
            slots=7,
            gpus=("0",),
            tracking_uri="http://m:5000",
            mlflow_port=5001,
            mlflow=False,
            auth=True,
            hosts=("tune.example", "b"),
            tls=Tls(here / "c.pem", here / "k.pem"),
            behind_tls=True,
            allowed=Allowed(
                data_folders=(here / "data",),
                code_folders=(here / "code", here / "more"),
                code=("models:build", "own.code:*"),
                notify_hosts=("hooks.example",),
                notify_commands=(sys.executable,),
            ),
            drain_seconds=1.5,
        )
    ]


def test_mlflow_is_where_the_variable_says(
    sweeps: Command, meant: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://team:5000")
    assert sweeps("serve").exit_code == 0
    assert meant[0].trials_at == "http://team:5000"


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ("--gpus 7", "--gpus: 7 is none of this machine's: 0"),
        ("--gpus 0,0", "--gpus: '0' is named twice"),
        ("--tls-cert c.pem", "--tls-cert goes with --tls-key: a certificate needs its key"),
        ("--tls-key c.pem", "--tls-key goes with --tls-cert: a certificate needs its key"),
        ("--tls-cert none --tls-key c.pem", "--tls-cert: none does not exist"),
        ("--tls-cert . --tls-key c.pem", "--tls-cert: . is not a file"),
        ("--data-folder none", "--data-folder: none does not exist"),
        ("--code-folder c.pem", "--code-folder: c.pem is not a folder"),
        ("--allow models", "--allow: 'models' is not MODULE:NAME, or MODULE:* for all of one"),
        ("--allow *:*", "--allow: '*:*' is not MODULE:NAME, or MODULE:* for all of one"),
        ("--allow-host a/b", "--allow-host: 'a/b' is not the name of a host"),
        ("--notify-host http://a", "--notify-host: 'http://a' is not the name of a host"),
        (
            "--notify-command mail",
            "--notify-command: mail is not a whole path, as in /usr/bin/mail",
        ),
        ("--notify-command /etc", "--notify-command: /etc is no program that this user may run"),
        ("--ray-coordinators", "--ray-coordinators goes with --ray-address: of which cluster?"),
        (
            "--ray-address ray://h:10001",
            "--ray-address: ray://h:10001 is not the head's own address: say that, HOST:6379",
        ),
        (
            "--ray-address h",
            "--ray-address: 'h' is not HOST:PORT, as in 10.0.0.1:6379, or auto",
        ),
        (
            "--ray-address h:6379 --gpus 0",
            "--gpus: 0 are this machine's, and the cluster trains: leave them out, sweeps ask for "
            "its GPUs by themselves",
        ),
    ],
)
def test_what_cannot_be_is_one_line(
    sweeps: Command, here: Path, meant: list[Settings], flags: str, said: str
) -> None:
    (here / "c.pem").touch()
    done = sweeps("serve", *flags.split())
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"{said}\n")
    assert meant == []


def test_coordinators_on_a_cluster_need_a_ledger_that_it_reaches(
    sweeps: Command, meant: list[Settings]
) -> None:
    flags = ["serve", "--ray-address", "h:6379", "--ray-coordinators"]
    done = sweeps(*flags)
    assert done.exit_code == 2
    assert "is a file of this machine: say --ledger postgresql://…" in done.stderr
    assert sweeps(*flags, "--ledger", "postgresql://h/d").exit_code == 0
    assert meant[0].cluster == Cluster("h:6379", coordinators=True)


def test_on_a_cluster_there_are_as_many_slots_as_it_has_cores(
    sweeps: Command, meant: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sweeps("serve", "--ray-address", "auto").exit_code == 0
    monkeypatch.setattr(size, "cores_of", lambda _: None)
    assert sweeps("serve", "--ray-address", "h:6379").exit_code == 0
    assert sweeps("serve", "--ray-address", "h:6379", "--slots", "3").exit_code == 0
    assert [one.slots for one in meant] == [96, cores.usable(), 3]
    assert [one.cluster for one in meant] == [Cluster("auto"), *[Cluster("h:6379")] * 2]


def test_without_ray_there_is_no_cluster(
    sweeps: Command, meant: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(address, "find_spec", lambda _: None)
    done = sweeps("serve", "--ray-address", "h:6379")
    said = "--ray-address: Ray is not installed: pip install 'keras-sweeps[ray]'\n"
    assert (done.exit_code, done.stderr, meant) == (2, said, [])


@pytest.mark.parametrize("flags", ["--port 70000", "--slots 0", "--drain-seconds -1"])
def test_numbers_have_bounds(sweeps: Command, meant: list[Settings], flags: str) -> None:
    assert sweeps("serve", *flags.split()).exit_code == 2
    assert meant == []


@pytest.mark.parametrize("exit_code", [1, 2])
def test_what_keeps_a_service_from_starting_is_one_line(
    sweeps: Command, monkeypatch: pytest.MonkeyPatch, exit_code: int
) -> None:
    def serve(settings: Settings, say: Any) -> int:
        raise ServingError("the port is taken", exit_code)

    monkeypatch.setattr(serving, "serve", serve)
    done = sweeps("serve")
    assert (done.exit_code, done.stderr) == (exit_code, "the port is taken\n")


def test_how_it_ended_is_the_exit_code(sweeps: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "serve", lambda settings, say: 143)
    assert sweeps("serve").exit_code == 143


def test_from_python_the_same_is_meant() -> None:
    store = Store(Path("/s"))
    assert ServiceFlags().settings(store) == Settings(store, tracking_uri=resolve(None))
