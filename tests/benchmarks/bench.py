"""What the sections share: what was asked for, folders to work in, and the plain loop's figures."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.child import measure, timed
from tests.benchmarks.figures import Run
from tests.benchmarks.machine import has
from tests.benchmarks.peers.study import SHAPES

ALL = len(SHAPES)
SMALL_SWEEP = (
    "import sweeps\n"
    "space = {{'layer_count': 1, 'width': [4, 8], 'epochs': 1}}\n"
    "sweeps.run(sweeps.define(task='penguins', space=space, trainer='{trainer}'))\n"
)
MAKE_STORE = "import mlflow; mlflow.set_experiment('benchmark')"


class SkippedError(Exception):
    """A section cannot run here; the message says why."""


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line. `fits` is the sample of each peer's work."""

    only: tuple[str, ...]
    trainer: str
    fits: int
    rounds: int
    repeats: int
    full: bool


@dataclass
class Bench:
    """One call of the benchmark.

    `peers` are the peers measured so far, by name; `loops` are other people's loops on work of
    their own.
    """

    options: Options
    folder: Path
    peers: dict[str, Run] = field(default_factory=dict)
    loops: dict[str, Run] = field(default_factory=dict)

    def fresh(self, name: str) -> Path:
        """An empty folder to measure something in."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def with_mlflow(self, name: str) -> Path:
        """An empty folder but for an MLflow database, made before anything is measured."""
        made = self.folder / "mlflow-store"
        if not made.exists():
            made.mkdir()
            timed([sys.executable, "-c", MAKE_STORE], made, {})
        folder = self.fresh(name)
        shutil.copy(made / "mlflow.db", folder)
        return folder

    def used_store(self) -> Path:
        """A folder whose sweep store and MLflow database are in use: a small sweep has run there.

        Its compile cache is one that nothing else uses.
        """
        made = self.folder / "used-store"
        if not made.exists():
            used = self.with_mlflow("used-store-in-the-making")
            code = SMALL_SWEEP.format(trainer=self.options.trainer)
            cache = str(self.cache("of-the-small-sweep"))
            timed([sys.executable, "-c", code], used, {"SWEEPS_CACHE_DIR": cache})
            used.rename(made)
        folder = self.folder / "store"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(made, folder)
        return folder

    def cache(self, name: str) -> Path:
        """A compile cache that lasts as long as this call of the benchmark."""
        folder = self.folder / f"cache-{name}"
        folder.mkdir(exist_ok=True)
        return folder

    @property
    def fits(self) -> int:
        """How much of each peer's work is done."""
        return ALL if self.options.full else self.options.fits

    def plain_loop(self) -> Run:
        """The plain loop without MLflow, measured in this call of the benchmark or now."""
        return self.peers.get("plain loop") or self.plain_loop_again()

    def plain_loop_again(self) -> Run:
        """Measure the plain loop once more, and keep its fastest turn so far."""
        self.need("tensorflow")
        turn = measure(
            "plain loop",
            "tests.benchmarks.peers.plain_loop",
            [str(self.fits), "bare"],
            self.fresh("plain-loop"),
        )
        fastest = min(turn, self.peers.get("plain loop", turn), key=lambda run: run.seconds_a_fit)
        self.peers["plain loop"] = fastest
        return fastest

    def need(self, *packages: str) -> None:
        """Raise SkippedError when one of them is not installed."""
        names = {"tensorflow": "TensorFlow", "jax": "JAX"}
        for package in packages:
            if not has(package):
                raise SkippedError(f"no {names.get(package, package)}")
