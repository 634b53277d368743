"""The flags about where fits are trained: who takes them, and one line for what cannot be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sweeps import coordinator
from sweeps.cli.where_flags import WhereFlags
from sweeps.executors import gpus
from sweeps.executors.gpus import Gpu
from sweeps.executors.inline import Inline
from sweeps.executors.where import Where
from sweeps.trainers.trainer import Trainer
from tests.sweeps.cli.conftest import Command
from tests.sweeps.fakes import FakeTrainer

COMMANDS = (
    "run s.yaml",
    "resume",
    "retry --failed",
    "extend --trials 1",
    "reproduce penguins",
)
TWO = [Gpu("NVIDIA H200", ("0", "GPU-a"), 143771), Gpu("NVIDIA H200", ("1", "GPU-b"), 143771)]


@pytest.fixture(autouse=True)
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpus, "seen", lambda: TWO)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


@pytest.mark.parametrize("command", ["run", "resume", "retry", "extend", "reproduce"])
def test_whatever_trains_takes_them_all(sweeps: Command, command: str) -> None:
    told = sweeps(command, "--help", env={"COLUMNS": "200"}).output
    for flag in ("--workers", "--gpus", "--gpu-share", "--executor", "--address"):
        assert f" {flag} " in told


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ("--gpus 7", "--gpus: 7 is none of this machine's: 0, 1"),
        ("--gpus 0,0", "--gpus: '0' is named twice"),
        ("--gpus 0 --gpu-share 0", "--gpu-share: 0 is no part of a GPU: above 0, up to 1"),
        ("--gpu-share 0.3", "--gpu-share: 0.3 of which GPU? Name them with `--gpus`"),
        ("--workers 0 --gpus 0", "--workers: 0 trains in this process, which has no GPU to itself"),
        (
            "--workers 9 --gpus 0,1 --gpu-share 0.25",
            "--workers: 9 is more than the GPUs have room for, 2 x 4",
        ),
        ("--executor slurm", "--executor: 'slurm' is neither processes nor ray"),
        ("--address auto", "--address: auto is of a Ray cluster: say `--executor` ray too"),
    ],
)
@pytest.mark.parametrize("command", COMMANDS)
def test_what_cannot_be_is_one_line_before_anything_is_done(
    sweeps: Command, file: str, command: str, flags: str, said: str
) -> None:
    done = sweeps(*command.split(), *flags.split())
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"{said}\n"


@pytest.mark.parametrize("given", ["many", "-1", "1.5", ""])
def test_workers_are_a_number_or_auto(sweeps: Command, file: str, given: str) -> None:
    done = sweeps("run", file, "--workers", given)
    assert done.exit_code == 2
    assert f"{given!r} is neither auto nor a number, 0 or more" in done.stderr


def test_what_is_typed_is_where_it_runs() -> None:
    assert WhereFlags().place == Where(None)
    assert WhereFlags(workers=0).place == Where(0)
    assert WhereFlags(gpus="1", gpu_share=0.5).place == Where(None, ("1",), 0.5)


@pytest.mark.parametrize(
    ("flags", "where"),
    [
        ("--workers auto", Where(None)),
        ("--workers 2 --gpus 0,GPU-b", Where(2, ("0", "GPU-b"))),
        ("--gpus none", Where(None, ())),
    ],
)
def test_a_sweep_is_run_and_gone_on_with_there(
    sweeps: Command,
    file: str,
    trainer: Callable[[FakeTrainer], None],
    monkeypatch: pytest.MonkeyPatch,
    flags: str,
    where: Where,
) -> None:
    seen: list[Where] = []

    def slots_for(where: Where, trainer: Trainer, _tell: object) -> Inline:
        seen.append(where)
        return Inline(trainer.environment)

    monkeypatch.setattr(coordinator, "slots_for", slots_for)
    assert sweeps("run", file, *flags.split()).exit_code == 0
    assert sweeps("resume", *flags.split()).exit_code == 0
    assert seen == [where] * 2
