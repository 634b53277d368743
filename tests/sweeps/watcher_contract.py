"""What every watcher must bear: any order of news about any number of sweeps."""

from __future__ import annotations

from sweeps.trial import Failure, Result, Trial
from sweeps.watcher import AtWork, Summary, Watcher

DONE = Result(Trial(0, {"width": 3}), 0.5, {"val_accuracy": 0.5}, {}, 1.0)
FAILED = Result(Trial(1, {}), None, {}, {}, 1.0, error=Failure("diverged", "[bold]nan"))

SINGLE = AtWork("worker 0", 1, 7, 7, "fold 2/5", 3, 50, 0.9123, 0.9345)
MANY = AtWork("[b]worker 1", 64, 12, 75, "", 12, 50, None, 0.91)


def summary(best: Result | None) -> Summary:
    return Summary("abc234", "[red]small", "finished", 1, 1, best, 3.0, 0, "")


class WatcherContract:
    def watcher(self) -> Watcher:
        raise NotImplementedError

    def test_two_sweeps_one_after_the_other(self) -> None:
        watcher = self.watcher()
        for total in (2, None):
            watcher.began("abc234", "[red]small", total, 0)
            watcher.training([SINGLE, MANY])
            watcher.finished(DONE, DONE)
            watcher.training([SINGLE] * 40)
            watcher.said("[/x] MLflow is away")
            watcher.finished(FAILED, DONE)
            watcher.training([])
            watcher.ended(summary(DONE))

    def test_a_sweep_that_was_done_before(self) -> None:
        watcher = self.watcher()
        watcher.began("abc234", "small", 5, 5)
        watcher.ended(summary(None))

    def test_news_before_the_sweep_has_begun(self) -> None:
        watcher = self.watcher()
        watcher.said("4 sweeps")
        watcher.training([SINGLE])
