"""Those who look on at a session besides the user's own watcher."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from sweeps.chosen import Surroundings
from sweeps.live.at_work_file import AtWorkFile
from sweeps.notifying.notifier import Notifier
from sweeps.sweep import Sweep
from sweeps.trial import Result
from sweeps.watcher import AtWork, Summary, Watcher


class Together:
    """Several watchers as one, told in order."""

    def __init__(self, *watchers: Watcher) -> None:
        self._watchers = watchers

    def began(self, sweep_id: str, name: str, total: int | None, done: int) -> None:
        """To all."""
        for watcher in self._watchers:
            watcher.began(sweep_id, name, total, done)

    def finished(self, result: Result, best: Result | None, front: int = 0) -> None:
        """To all."""
        for watcher in self._watchers:
            watcher.finished(result, best, front)

    def training(self, live: Sequence[AtWork]) -> None:
        """To all."""
        for watcher in self._watchers:
            watcher.training(live)

    def said(self, line: str) -> None:
        """To all."""
        for watcher in self._watchers:
            watcher.said(line)

    def ended(self, summary: Summary) -> None:
        """To all."""
        for watcher in self._watchers:
            watcher.ended(summary)


@contextmanager
def accompanied(around: Surroundings, sweep: Sweep, sweep_id: str) -> Iterator[Surroundings]:
    """The surroundings of a session with those whom the sweep notifies, and `sweeps watch`."""
    watcher = around.watcher
    file = AtWorkFile(around.store.at_work(sweep_id), watcher.said)
    file.close()  # what a session left that was killed says nothing any more
    notifier = Notifier(sweep, sweep_id, watcher.said) if sweep.notify else None
    watchers = [watcher, file, *([notifier] if notifier is not None else [])]
    try:
        yield replace(around, watcher=Together(*watchers))
    except BaseException as error:
        if notifier is not None:
            notifier.broke(error)
        raise
    finally:
        file.close()
        if notifier is not None:
            notifier.close()
