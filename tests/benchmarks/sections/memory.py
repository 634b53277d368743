"""The largest memory of our own runs, from all sections of a call together."""

from __future__ import annotations

from collections.abc import Sequence

from tests.benchmarks.figures import Run, Section, Table, Target

MOST_MEGABYTES = 3000
SHOWN = 5


def section(runs: Sequence[Run]) -> Section:
    """Peak resident size of coordinator and workers together."""
    if not runs:
        return Section("memory", "skipped", reason="nothing of ours was measured")
    largest = sorted(runs, key=lambda run: run.megabytes, reverse=True)
    table = Table(
        "Memory: coordinator and workers together, the largest of all runs of ours",
        ("", "fits", "peak MB"),
        [[run.name, f"{run.fits:,}", f"{run.megabytes:,.0f}"] for run in largest[:SHOWN]],
        ["resident sizes added up ten times a second; pages shared by processes count for each"],
    )
    target = Target("peak memory throughout", largest[0].megabytes, MOST_MEGABYTES, "MB", True)
    return Section("memory", "measured", [table], [target])
