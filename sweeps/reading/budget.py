"""From a plain mapping to the budget of a sweep."""

from __future__ import annotations

from sweeps.reading.section import Section
from sweeps.sweep import Budget

MOST_MINUTES = 10_000_000.0
MOST_SECONDS = 60 * MOST_MINUTES
MOST_HOURS = 1e9
MOST_GB = 1e9
KEYS = ("minutes", "trial_seconds", "epochs", "core_hours", "gpu_hours", "memory_gb", "disk_gb")


def read_budget(section: Section) -> Budget:
    """The limits that are given; there is none by default."""
    section.only(KEYS)
    return Budget(
        minutes=_limit(section, "minutes", MOST_MINUTES),
        trial_seconds=_limit(section, "trial_seconds", MOST_SECONDS),
        epochs=section.whole("epochs", 0, low=1) if "epochs" in section.values else None,
        core_hours=_limit(section, "core_hours", MOST_HOURS),
        gpu_hours=_limit(section, "gpu_hours", MOST_HOURS),
        memory_gb=_limit(section, "memory_gb", MOST_GB),
        disk_gb=_limit(section, "disk_gb", MOST_GB),
    )


def _limit(section: Section, key: str, most: float) -> float | None:
    """A number above 0, or none where nothing is said."""
    return section.number_between(key, 0.0, 0.0, most) if key in section.values else None
