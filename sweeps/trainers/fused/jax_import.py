"""Loads JAX, with its compiled programs kept between runs."""

from __future__ import annotations

from typing import Any

from sweeps.trainers.fused.program_cache import folder


def load() -> Any:
    """The module `jax`. Imports neither TensorFlow nor Keras. Takes half a second the first time."""
    import jax

    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    jax.config.update("jax_compilation_cache_dir", str(place))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
    return jax
