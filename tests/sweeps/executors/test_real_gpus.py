"""Workers on a GPU that is there; skipped, saying so, where there is none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sweeps.executors import gpus
from sweeps.executors.executor import Terms
from sweeps.executors.gpus import Gpu
from sweeps.executors.placement import USABLE, places_for
from sweeps.executors.processes import Processes
from sweeps.executors.raised import RemoteError, raised_by
from sweeps.trainers.breakdown import is_about_memory
from tests.sweeps.bench import Bench
from tests.sweeps.executors.contract import silently
from tests.sweeps.test_same_everywhere import sweep, told

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def gpu() -> Gpu:
    """The first one here."""
    found = gpus.seen()
    if not found:
        pytest.skip(f"no GPU on this machine that {gpus.TOOL} shows")
    return found[0]


@contextmanager
def workers(count: int, gpu: Gpu, share: float) -> Iterator[Processes]:
    processes = Processes(places_for(count, [gpu.names[-1]], share), {})
    try:
        yield processes
    finally:
        processes.shutdown()


def seen_by_jax() -> list[tuple[str, str]]:
    import jax

    return [(device.platform, device.device_kind) for device in jax.local_devices()]


def seen_by_tensorflow() -> list[int | None]:
    """The memory in MB that each GPU is limited to."""
    from sweeps.trainers.models import keras_import

    keras_import.load("tensorflow")
    import tensorflow as tf

    limits: list[int | None] = []
    for device in tf.config.list_physical_devices("GPU"):
        configured = tf.config.get_logical_device_configuration(device)
        limits.append(configured[0].memory_limit if configured else None)
    return limits


def filled(megabytes: float) -> str:
    """Take so much of JAX's memory; where it was."""
    import jax

    array = jax.numpy.ones((int(megabytes * 2**18),), "float32")
    (device,) = array.block_until_ready().devices()
    return str(device.platform)


def jax_uses(processes: Processes) -> None:
    if processes.submit(seen_by_jax).result()[0][0] != "gpu":
        pytest.skip("JAX does not use the GPU: pip install 'jax[cuda13]'")


def size_of(gpu: Gpu) -> int:
    if gpu.megabytes is None:
        pytest.skip("the driver does not say how much memory the GPU has")
    return gpu.megabytes


def test_a_worker_sees_its_gpu_and_no_other(gpu: Gpu) -> None:
    with workers(1, gpu, 1.0) as one:
        jax_uses(one)
        assert one.submit(seen_by_jax).result() == [("gpu", gpu.model)]


def test_a_worker_of_the_cpu_sees_none(gpu: Gpu) -> None:
    processes = Processes(1, {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"})
    try:
        assert processes.submit(seen_by_jax).result() == [("cpu", "cpu")]
    finally:
        processes.shutdown()


def test_jax_has_its_part_of_the_memory_and_no_more_but_alone_it_has_all(gpu: Gpu) -> None:
    more = 0.35 * size_of(gpu)
    with workers(2, gpu, 0.25) as two:
        jax_uses(two)
        assert two.submit(filled, 0.1 * size_of(gpu)).result() == "gpu"
        with pytest.raises(RemoteError) as caught:
            two.submit(filled, more).result()
        raised = raised_by(caught.value)
        assert is_about_memory(raised.kind, raised.message), raised
        assert two.submit_on(Terms(alone=True), silently, filled, more).result() == "gpu"
        assert two.submit(filled, 16).result() == "gpu"


def test_tensorflow_is_limited_to_its_part(gpu: Gpu) -> None:
    with workers(1, gpu, 0.25) as one:
        limits = one.submit(seen_by_tensorflow).result()
    if not limits:
        pytest.skip("TensorFlow uses no GPU: pip install 'tensorflow[and-cuda]'")
    assert limits == [int(USABLE * 0.25 * size_of(gpu))]


def test_a_sweep_is_trained_on_parts_of_a_gpu_as_it_is_on_one(
    bench: Bench, gpu: Gpu, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sweeps.trainers.fused_fit import FusedFit

    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    bench.train_with(FusedFit())
    document = sweep(search={"backend": "random", "trials": 6, "batch": 3})
    with workers(1, gpu, 1.0) as one:
        jax_uses(one)
        whole = told(bench, document, executor=one)
    with workers(2, gpu, 0.25) as two:
        parts = told(bench, document, executor=two)
    assert {number: result.score for number, result in parts.items()} == pytest.approx(
        {number: result.score for number, result in whole.items()}, abs=1e-5
    )
    assert os.environ.get("CUDA_VISIBLE_DEVICES") is None
