"""The networks of the other posts on real data, beside a loop over `model.fit`."""

from __future__ import annotations

import os
import shutil
from functools import partial
from pathlib import Path

from tests.benchmarks.bench import Bench, SkippedError
from tests.benchmarks.child import measure
from tests.benchmarks.figures import Run, Section, Table, Target
from tests.benchmarks.peers.posts import POSTS
from tests.benchmarks.table import number

DATA = "SWEEPS_TEST_DATA"
"""Environment variable: a folder laid out as KERAS_HOME is."""

LEAST = {"reuters": 5.0, "fashion": 3.0}
SAMPLE = 4
"""Configurations that the loop trains unless all of them are asked for."""


def section(bench: Bench, name: str) -> Section:
    """All 32 configurations at once, programs compiled anew, as a multiple of the loop."""
    bench.need("jax", "tensorflow")
    home = keras_home(bench)
    wanted = len(POSTS[name].settings)
    loop = measure(
        f"loop over model.fit, {name}",
        "tests.benchmarks.peers.post_loop",
        [name, str(wanted if bench.options.full else SAMPLE)],
        bench.fresh(f"{name}-loop"),
        KERAS_HOME=str(home),
    )
    bench.loops[loop.name] = loop
    ours = measure(
        f"trainer {bench.options.trainer}, {name}",
        "tests.benchmarks.ours.packs",
        [bench.options.trainer, "2", "0", "post", name, ""],
        bench.fresh(name),
        KERAS_HOME=str(home),
        SWEEPS_CACHE_DIR=str(bench.cache(name)),
    )
    cold = ours.figures["rounds"][0] / ours.fits
    text = f"{name}, {wanted} configurations, compiling counted, over the loop"
    target = Target(text, loop.seconds_a_fit / cold, LEAST[name], "times")
    return Section(name, "measured", [_table(name, ours, loop)], [target], [ours, loop])


def _table(name: str, ours: Run, loop: Run) -> Table:
    post = POSTS[name]
    cold, warm = (seconds / ours.fits for seconds in ours.figures["rounds"])
    return Table(
        f"{name}: {len(post.settings)} configurations of {post.epochs} epochs on real data",
        ("", "fits", "s a fit", "ours is faster by", "test accuracy", "MB"),
        [
            _row(loop, loop.seconds_a_fit, loop),
            _row(ours, cold, loop, "worker started, programs compiled"),
            _row(ours, warm, loop, "once more"),
        ],
        [
            f"the loop trained {loop.fits} of them, evenly spread, and is scaled to all by fits",
            f"cores that were busy: ours {ours.cpu_seconds / ours.total_seconds:.1f}, "
            f"the loop's {loop.cpu_seconds / loop.total_seconds:.1f}; load now "
            f"{os.getloadavg()[0]:.1f}",
        ],
    )


reuters = partial(section, name="reuters")
fashion = partial(section, name="fashion")


def keras_home(bench: Bench) -> Path:
    """A copy of the data sets for this call of the benchmark: Keras writes where it reads."""
    named = os.environ.get(DATA)
    if not named:
        raise SkippedError(f"{DATA} names no folder with the data sets of Keras")
    copied = bench.folder / "keras-home"
    if not copied.exists():
        shutil.copytree(named, copied, copy_function=shutil.copyfile)
        for folder in (copied, *copied.rglob("*/")):
            folder.chmod(0o755)
    return copied


def _row(run: Run, seconds: float, loop: Run, note: str = "") -> list[str]:
    multiple = "" if run is loop else f"{number(loop.seconds_a_fit / seconds)} times"
    return [
        f"{run.name}, {note}" if note else run.name,
        str(run.fits),
        number(seconds),
        multiple,
        f"{run.figures['test_accuracy']:.3f}",
        f"{run.megabytes:,.0f}",
    ]
