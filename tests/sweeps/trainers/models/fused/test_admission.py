"""Who is trained together, and what is said of the others."""

from __future__ import annotations

from tests.sweeps.trainers.models.fused import work
from tests.sweeps.trainers.models.workers import Workers

ALIKE = {
    "the same",
    "rates",
    "own names",
    "made anew, alike",
    "connections, alike",
    "losses, alike",
    "learning rates",
}


def test_what_cannot_be_fused_is_named(workers: Workers) -> None:
    refusals = workers.call("jax", work.refusals)
    assert refusals.pop("none") is None
    said = {
        "own fit": "OwnFit has a fit of its own: it trains in its own way",
        "eager": "the model was compiled with run_eagerly=True",
        "not compiled": "the model was compiled with jit_compile=False",
        "a layer not compiled": "(Uncompiled) cannot be compiled",
        "averaged": "moving average of the weights",
        "a function": "its learning rate is a function that Python calls",
        "two": "TwoOptimizers has an optimizer besides the one that it was compiled with",
        "scaled": "its optimizer scales the loss",
        "in Python": "InPython.call: JAX cannot trace it",
        "on the host": "OnTheHost.call: JAX cannot trace it for many at once: NotImplementedError",
    }
    assert set(refusals) == set(said)
    for name, words in said.items():
        assert words in refusals[name], (name, refusals[name])


def test_models_that_compute_the_same_are_alike_and_no_others(workers: Workers) -> None:
    found = workers.call("jax", work.told_apart)
    assert {name for name, equal in found.items() if equal} == ALIKE
    assert set(found) > ALIKE
