"""The network that the second post on film reviews builds."""

from __future__ import annotations

import numpy as np

from sweeps.reproduce.study import study


def test_it_has_the_parameters_of_the_posts_network_and_gives_one_probability():
    from sweeps.experiments.imdb.embedding_model import build

    found = study("imdb")
    sweep = found.sweep_of(next(each for each in found.experiments if each.name == "embedding"))
    config = dict(sweep.space.at(0))
    assert (config.pop("batch_size"), config.pop("epochs")) == (512, 40)
    model = build(**config)
    outputs = np.asarray(model(np.array([[1.0, 9_999.0, 0.0], [4.0, 0.0, 0.0]])))
    assert outputs.shape == (2, 1)
    assert ((outputs > 0) & (outputs < 1)).all()
    assert model.count_params() == 10_000 * 16 + (16 * 16 + 16) + (16 + 1)
    assert model.loss == "binary_crossentropy"
