from __future__ import annotations

import pytest

from sweeps.trainers.tensorflow_import import load


def test_another_backend_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _, keras = load()
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(RuntimeError, match="Keras runs on jax"):
        load()


def test_warnings_about_our_own_graphs_are_dropped_and_others_are_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tensorflow, _ = load()
    with caplog.at_level("WARNING", logger="tensorflow"):
        for function in ("<bound method Program._steps of a Program>", "<function mine>"):
            tensorflow.get_logger().warning("5 out of the last 5 calls to %s triggered", function)
    assert [record.args for record in caplog.records] == [("<function mine>",)]
