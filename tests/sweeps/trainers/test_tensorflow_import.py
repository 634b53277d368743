from __future__ import annotations

import pytest

from sweeps.trainers.tensorflow_import import load


def test_another_backend_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _, keras = load()
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(RuntimeError, match="Keras runs on jax"):
        load()
