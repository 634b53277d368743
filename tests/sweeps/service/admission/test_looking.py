from __future__ import annotations

import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import pytest

from sweeps.errors import SweepError
from sweeps.service.admission import looking
from sweeps.service.admission.looking import Looks
from sweeps.service.few_waiting import MOST
from sweeps.service.problems import ProblemError

SPACE = {"units": {"choices": [2, 3]}}


class Recorder:
    """In place of a process that loads Keras."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.gate: threading.Event | None = None
        self.entered = threading.Semaphore(0)

    def __call__(self, *given: Any) -> dict[str, Any]:
        self.calls.append(given)
        self.entered.release()
        if self.gate is not None:
            assert self.gate.wait(20)
        return {name: dict(said) for name, said in SPACE.items()}


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    made = Recorder()
    monkeypatch.setattr(looking, "recorded_space", made)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> str:
    (tmp_path / "model.py").write_text("import beside\ndef build(hp): ...\n")
    (tmp_path / "beside.py").write_text("WIDTH = 3\n")
    return str(tmp_path)


def test_a_model_is_looked_into_once_until_its_text_changes(
    recorder: Recorder, folder: str
) -> None:
    looks = Looks()
    for _ in range(2):
        found = looks.space_of("model:build", folder, None)
        assert found == SPACE
        found["units"] = {}  # whoever asks may change what they are given
    assert len(recorder.calls) == 1
    looks.space_of("model:build", folder, "jax")
    looks.space_of("model:other", folder, None)
    assert len(recorder.calls) == 3
    Path(folder, "beside.py").write_text("WIDTH = 4\n")
    looks.space_of("model:build", folder, None)
    assert len(recorder.calls) == 4


def test_few_are_looked_into_at_once_and_nobody_waits_for_ever(
    recorder: Recorder, folder: str
) -> None:
    """What takes long goes on, and whoever asks again is told what came of it."""
    recorder.gate = threading.Event()
    looks = Looks(patience=0.01, at_once=1)
    try:
        for _ in range(2):
            for name in ("build", "other"):
                with pytest.raises(SweepError, match="submit it again in a moment"):
                    looks.space_of(f"model:{name}", folder, None)
        assert recorder.entered.acquire(timeout=20)
        assert len(recorder.calls) == 1
    finally:
        recorder.gate.set()
    looks._patience = 20.0
    assert looks.space_of("model:build", folder, None) == SPACE
    assert looks.space_of("model:other", folder, None) == SPACE
    assert len(recorder.calls) == 2


def test_no_more_are_begun_than_are_soon_done(recorder: Recorder, folder: str) -> None:
    """Whoever sends one model after the other has no thread for each of them."""
    recorder.gate = threading.Event()
    looks = Looks(patience=0.01, at_once=1)
    threads = threading.active_count()
    try:
        for number in range(MOST):
            with pytest.raises(SweepError, match="submit it again in a moment"):
                looks.space_of(f"model:build{number}", folder, None)
        with pytest.raises(ProblemError, match="other models are looked into") as refused:
            looks.space_of("model:one_more", folder, None)
        assert refused.value.status == 503
        assert threading.active_count() <= threads + MOST
    finally:
        recorder.gate.set()
    looks._patience = 20.0
    assert looks.space_of(f"model:build{MOST - 1}", folder, None) == SPACE
    assert looks.space_of("model:one_more", folder, None) == SPACE


def test_those_who_wait_do_not_take_every_thread(recorder: Recorder, folder: str) -> None:
    recorder.gate = threading.Event()
    looks = Looks(patience=20.0)

    def ask() -> str:
        try:
            return str(looks.space_of("model:build", folder, None))
        except ProblemError as refused:
            return str(refused.status)

    with ThreadPoolExecutor(2 * MOST) as pool:
        try:
            asked = [pool.submit(ask) for _ in range(2 * MOST)]
            first = as_completed(asked, 20)
            assert [next(first).result() for _ in range(MOST)] == ["503"] * MOST
        finally:
            recorder.gate.set()
        assert sorted(one.result() for one in asked) == ["503"] * MOST + [str(SPACE)] * MOST


def test_what_fails_is_told_and_tried_again(
    folder: str, monkeypatch: pytest.MonkeyPatch, recorder: Recorder
) -> None:
    looks = Looks()
    for error in (SweepError("it raised", ("model",)), OSError("no process can be started")):

        def failing(*_: Any, error: Exception = error) -> dict[str, Any]:
            raise error

        monkeypatch.setattr(looking, "recorded_space", failing)
        with pytest.raises(type(error), match=str(error)):
            looks.space_of("model:build", folder, None)
    monkeypatch.setattr(looking, "recorded_space", recorder)
    assert looks.space_of("model:build", folder, None) == SPACE


def test_the_process_has_no_secret_and_its_time_is_limited(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {}

    def run(_: object, **named: Any) -> None:
        given.update(named)
        raise subprocess.TimeoutExpired("child", named["timeout"])

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setenv("SWEEPS_TOKEN", "swp_a_b")
    monkeypatch.setenv("USUAL", "yes")
    with pytest.raises(SweepError, match="took over 180 s to be recorded"):
        Looks().space_of("model:build", folder, "jax")
    assert given["env"]["USUAL"] == "yes"
    assert "SWEEPS_TOKEN" not in given["env"]
