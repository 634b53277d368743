"""What workers are told of made-up devices."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest

from sweeps.executors.device import Device
from sweeps.executors.executor import Terms
from sweeps.executors.placement import SHARE, VISIBLE, places_for, shared_by
from sweeps.executors.processes import Processes
from tests.sweeps.executors.contract import silently


def test_workers_are_dealt_out_over_the_gpus_in_turn() -> None:
    places = places_for(5, ["0", "GPU-77aa"], 0.25)
    assert [place.environment[VISIBLE] for place in places] == [
        *("0", "GPU-77aa", "0", "GPU-77aa", "0")
    ]
    assert [place.device for place in places[:3]] == ["gpu 0", "gpu GPU-77aa", "gpu 0"]
    assert shared_by(places) == "gpus"
    assert places[1].name == "worker 1 (gpu GPU-77aa)"


def test_a_part_of_a_gpu_is_a_part_of_its_memory_and_alone_it_is_nearly_all() -> None:
    (place,) = places_for(1, ["3"], 0.25)
    assert place.environment == {
        "CUDA_VISIBLE_DEVICES": "3",
        "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
        "SWEEPS_GPU_SHARE": "0.25",
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
        "XLA_CLIENT_MEM_FRACTION": "0.2250",
        "XLA_PYTHON_CLIENT_MEM_FRACTION": "",
    }
    assert place.alone == {
        **place.environment,
        "SWEEPS_GPU_SHARE": "1",
        "XLA_CLIENT_MEM_FRACTION": "0.9000",
    }


@pytest.mark.parametrize("theirs", ["XLA_CLIENT_MEM_FRACTION", "XLA_PYTHON_CLIENT_MEM_FRACTION"])
def test_jax_reads_it_so_whatever_the_user_has_set(
    monkeypatch: pytest.MonkeyPatch, theirs: str
) -> None:
    from jaxlib import xla_client

    (place,) = places_for(1, ["3"], 0.25)
    monkeypatch.setenv(theirs, "0.75")
    for name, value in place.environment.items():
        monkeypatch.setenv(name, value)
    options = xla_client.generate_pjrt_gpu_plugin_options()
    assert (options["memory_fraction"], options["preallocate"]) == (0.225, False)


def test_who_has_a_whole_gpu_shares_nothing() -> None:
    places = places_for(2, ["0", "1"])
    assert [place.device for place in places] == [None, None]
    assert shared_by(places) is None
    assert places[1].environment[VISIBLE] == "1"


@pytest.mark.parametrize(("workers", "shared"), [(1, None), (2, "memory")])
def test_without_gpus_workers_share_the_memory(workers: int, shared: str | None) -> None:
    places = places_for(workers, None)
    assert [place.device for place in places] == [shared] * workers
    assert shared_by(places) == shared
    assert all(not place.environment and not place.alone for place in places)


def variables() -> tuple[str | None, ...]:
    return tuple(os.environ.get(name) for name in (VISIBLE, SHARE))


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> Iterator[Processes]:
    """Two workers on two made-up GPUs that are shared, whatever the user has set."""
    monkeypatch.setenv(VISIBLE, "8,9")
    processes = Processes(places_for(2, ["8", "9"], 0.5), {VISIBLE: "from the trainer"})
    yield processes
    processes.shutdown()


def test_each_worker_sees_its_own_gpu_and_who_is_alone_the_whole_of_it(two: Processes) -> None:
    together = threading.Barrier(2)

    def meet(_slot: str, _said: object) -> None:
        together.wait()

    seen = [two.submit_on(Terms(hear=meet), aloud) for _ in range(2)]
    assert {future.result() for future in seen} == {("8", "0.5"), ("9", "0.5")}
    alone = two.submit_on(Terms(alone=True), silently, variables).result()
    assert alone in {("8", "1"), ("9", "1")}
    assert two.submit(variables).result()[1] == "0.5"


def aloud(say: object) -> tuple[str | None, ...]:
    assert callable(say)
    say("here")
    return variables()


def test_who_wants_a_device_alone_waits_for_all_and_comes_before_those_after() -> None:
    device = Device()
    order: list[str] = []

    def take(name: str, alone: bool) -> None:
        with device.held(alone=alone):
            order.append(name)

    with device.held(alone=False):
        alone = threading.Thread(target=take, args=("alone", True))
        alone.start()
        while not device._wanted:
            pass
        later = threading.Thread(target=take, args=("later", False))
        later.start()
        assert order == []
    for thread in (alone, later):
        thread.join()
    assert order == ["alone", "later"]
