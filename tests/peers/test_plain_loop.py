"""A training loop as people write them, in PyTorch's manner, with NumPy alone."""

from __future__ import annotations

import pytest

from tests.peers.peer import Peer

LOOP = """
    import numpy as np

    class Linear:
        def __init__(self, rng, inputs, outputs):
            self.w = rng.normal(0.0, inputs**-0.5, (inputs, outputs))
            self.b = np.zeros(outputs)

        def __call__(self, x):
            self.x = x
            return x @ self.w + self.b

        def step(self, gradient, lr):
            back = gradient @ self.w.T
            self.w -= lr * self.x.T @ gradient
            self.b -= lr * gradient.sum(axis=0)
            return back

    def train(config):
        rng = np.random.default_rng(0)
        x = rng.normal(size=(200, 2))
        y = (x[:, 0] * x[:, 1] > 0).astype(float)[:, None]
        hidden, out = Linear(rng, 2, config["hidden"]), Linear(rng, config["hidden"], 1)
        for epoch in range(config["epochs"]):
            for start in range(0, 150, config["batch_size"]):
                rows = slice(start, min(start + config["batch_size"], 150))
                active = np.maximum(hidden(x[rows]), 0.0)
                p = 1.0 / (1.0 + np.exp(-out(active)))
                back = out.step((p - y[rows]) / len(p), config["lr"])
                hidden.step(back * (active > 0), config["lr"])
        p = 1.0 / (1.0 + np.exp(-out(np.maximum(hidden(x[150:]), 0.0))))
        right, off = (p > 0.5) == y[150:], p - y[150:]
        return {"val_accuracy": right.mean(), "val_loss": (off**2).mean()}
    """
SWEEP = """
    function: loop:train
    search: SEARCH
    objective: {metric: val_accuracy, goal: maximize}
    space:
      hidden: [2, 16]
      lr: {low: 0.01, high: 1.0, log: true}
      batch_size: [10, 30]
      epochs: 4
    """


@pytest.mark.parametrize(
    "search",
    [
        "{backend: random, trials: 5}",
        "{backend: optuna, trials: 5}",
        "{backend: hyperband, factor: 2}",
    ],
)
def test_a_loop_of_their_own(peer: Peer, search: str) -> None:
    peer.write("loop.py", LOOP)
    summary, results = peer.run(SWEEP.replace("SEARCH", search))
    assert (summary.ending, summary.failed) == ("finished", 0)
    assert len(results) >= 5
    assert {"val_accuracy", "val_loss", "epochs"} <= {*results[0].metrics}
    assert summary.best is not None
    assert summary.best.score == max(one.score for one in results if one.score is not None)
    assert (summary.best.score or 0.0) > 0.5
