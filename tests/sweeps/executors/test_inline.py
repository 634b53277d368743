from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from sweeps import cores
from sweeps.executors.executor import executor_for
from sweeps.executors.inline import Inline
from tests.sweeps.executors.contract import ExecutorContract


class TestInline(ExecutorContract):
    @pytest.fixture
    def executor(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inline]:
        monkeypatch.delenv("SWEEPS_TEST_VARIABLE", raising=False)
        inline = Inline({"SWEEPS_TEST_VARIABLE": "here"})
        yield inline
        inline.shutdown()
        assert "SWEEPS_TEST_VARIABLE" not in os.environ, "it must not outlast its executor"

    def test_a_variable_that_the_user_set_is_left_alone(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SWEEPS_TEST_VARIABLE", "mine")
        Inline({"SWEEPS_TEST_VARIABLE": "here"})
        assert os.environ["SWEEPS_TEST_VARIABLE"] == "mine"

    def test_a_place_stands_whatever_the_user_has_set(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
        monkeypatch.delenv("JAX_PLATFORMS", raising=False)
        inline = Inline({}, {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"})
        assert (os.environ["CUDA_VISIBLE_DEVICES"], os.environ["JAX_PLATFORMS"]) == ("", "cpu")
        inline.shutdown()
        assert os.environ["CUDA_VISIBLE_DEVICES"] == "3"
        assert "JAX_PLATFORMS" not in os.environ

    def test_nothing_is_handed_over_ahead_since_a_call_is_over_when_it_is_submitted(self) -> None:
        assert Inline({}).ahead == 0

    def test_ctrl_c_is_not_a_result(self) -> None:
        def interrupt() -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            Inline({}).submit(interrupt)


def test_a_trainer_in_this_process_may_use_all_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(cores.THREADS, raising=False)
    inline = executor_for(0, {})
    assert inline.submit(os.environ.get, cores.THREADS).result() is None
    inline.shutdown()


def test_no_worker_is_this_process_and_fewer_are_refused() -> None:
    assert isinstance(executor_for(0, {}), Inline)
    with pytest.raises(ValueError, match="workers: -1"):
        executor_for(-1, {})
