"""Loads JAX, with its compiled programs kept between runs."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from sweeps.trainers.fused.bucket import Precision
from sweeps.trainers.fused.program_cache import folder_of_this_processor


def load() -> Any:
    """The module `jax`; imports neither TensorFlow nor Keras. Half a second the first time."""
    import jax

    place = folder_of_this_processor()
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError:
        # Programs that cannot be kept are compiled again by every run; `sweeps doctor` says so.
        return jax
    settings: Any = jax.config
    settings.update("jax_compilation_cache_dir", str(place))
    settings.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    settings.update("jax_persistent_cache_min_entry_size_bytes", -1)
    return jax


def precise(precision: Precision) -> AbstractContextManager[Any]:
    """Within it, this thread's arrays may have that precision."""
    import jax

    enabled: AbstractContextManager[Any] = jax.enable_x64()
    return enabled if precision == "float64" else nullcontext()
