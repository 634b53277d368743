"""`sweeps reproduce penguins`: the whole published study, held against its own figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sweeps.reports.tables import Table
from sweeps.reproduce.claims import Verdict
from sweeps.store import Store
from sweeps.tasks.penguins import Preprocessing
from sweeps.watcher import Watcher


@dataclass(frozen=True)
class Wanted:
    """What a person asked for on the command line.

    `only` names experiments (empty: all); `repeats` and `points` are None for what the files say;
    `go_on` takes up what an earlier, interrupted call has done in the same store.
    """

    only: tuple[str, ...] = ()
    repeats: int | None = None
    points: int | None = None
    preprocessing: Preprocessing = "published"
    go_on: bool = False


@dataclass(frozen=True)
class Reproduction:
    """What came of it: tables to print, verdicts, and where MLflow keeps it all."""

    tables: tuple[Table, ...]
    verdicts: tuple[Verdict, ...]
    interrupted: bool
    where: str

    def exit_code(self, strict: bool) -> int:
        """130 after an interruption, 4 when `strict` and a conclusion does not hold, else 0."""
        if self.interrupted:
            return 130
        return 4 if strict and any(v.verdict == "does not hold" for v in self.verdicts) else 0


def reproduce(
    wanted: Wanted,
    *,
    store: Store | None = None,
    workers: int = 1,
    watcher: Watcher | None = None,
    tracking_uri: str | None = None,
    say: Callable[[str], None] = print,
) -> Reproduction:
    """Run the experiments of the study, one sweep each, and hold them against its figures.

    `say` is told, before anything is trained, how long it will take. Raises LookupError for an
    unknown experiment in `wanted.only`.
    """
    raise NotImplementedError


def experiment_names() -> Sequence[str]:
    """What `--only` accepts, in the order in which the experiments run."""
    raise NotImplementedError
