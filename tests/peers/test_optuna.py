"""Optuna: objectives of its examples, `objective(trial)` as it stands."""

from __future__ import annotations

import pytest

from tests.peers.peer import Peer
from tests.sweeps.trainers.models.workers import Workers

KERAS_SIMPLE = """
    import optuna
    from keras.backend import clear_session
    from keras.layers import Conv2D, Dense, Flatten
    from keras.models import Sequential
    from keras.optimizers import RMSprop
    from pictures import load

    def objective(trial):
        clear_session()
        (x_train, y_train), (x_valid, y_valid) = load()
        model = Sequential()
        model.add(
            Conv2D(
                filters=trial.suggest_categorical("filters", [4, 8]),
                kernel_size=trial.suggest_categorical("kernel_size", [3, 5]),
                strides=trial.suggest_categorical("strides", [1, 2]),
                activation=trial.suggest_categorical("activation", ["relu", "linear"]),
                input_shape=(8, 8, 1),
            )
        )
        model.add(Flatten())
        model.add(Dense(10, activation="softmax"))
        learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
        model.compile(
            loss="sparse_categorical_crossentropy",
            optimizer=RMSprop(learning_rate=learning_rate),
            metrics=["accuracy"],
        )
        model.fit(x_train, y_train, validation_data=(x_valid, y_valid), epochs=2, verbose=False)
        return model.evaluate(x_valid, y_valid, verbose=0)[1]

    if __name__ == "__main__":
        optuna.create_study(direction="maximize").optimize(objective, n_trials=100)
    """
"""After optuna-examples, keras/keras_simple.py: the same search on smaller pictures."""

PRUNING = """
    import optuna
    from sklearn.datasets import load_iris
    from sklearn.linear_model import SGDClassifier
    from sklearn.model_selection import train_test_split

    def objective(trial):
        iris = load_iris()
        classes = list(set(iris.target))
        train_x, valid_x, train_y, valid_y = train_test_split(
            iris.data, iris.target, test_size=0.25, random_state=0
        )
        alpha = trial.suggest_float("alpha", 1e-5, 1e-1, log=True)
        clf = SGDClassifier(alpha=alpha)
        for step in range(100):
            clf.partial_fit(train_x, train_y, classes=classes)
            trial.report(1.0 - clf.score(valid_x, valid_y), step)
            if trial.should_prune():
                raise optuna.TrialPruned()
        return 1.0 - clf.score(valid_x, valid_y)
    """
"""After optuna-examples, pruning/simple_pruning.py."""


def sweep(module: str, goal: str, trials: int) -> str:
    return f"""
        function: {module}:objective
        search: {{backend: optuna, trials: {trials}}}
        objective: {{metric: value, goal: {goal}}}
        """


@pytest.mark.slow
def test_the_keras_example(peer: Peer, workers: Workers) -> None:
    peer.write("keras_simple.py", KERAS_SIMPLE)
    found = sweep("keras_simple", "maximize", 3)
    summary, results = peer.run(found, executor=workers.on("jax"))
    assert (summary.ending, summary.done) == ("finished", 3)
    names = {"filters", "kernel_size", "strides", "activation", "learning_rate"}
    for result in results:
        assert result.error is None
        assert {*result.trial.config} == names
        assert result.score is not None
        assert 0 <= result.score <= 1
    assert len({str(result.trial.config) for result in results}) == 3


def test_the_pruning_example(peer: Peer) -> None:
    """Optuna's median pruner ends some trials early; the others have their hundred reports."""
    peer.write("simple_pruning.py", PRUNING)
    summary, results = peer.run(sweep("simple_pruning", "minimize", 12), workers=0)
    assert summary.ending == "finished"
    pruned = [one for one in results if one.error is not None]
    whole = [one for one in results if one.error is None]
    assert pruned
    assert {one.error.reason for one in pruned if one.error} == {"pruned"}
    assert all(len(one.history["reported"]) < 100 for one in pruned)
    assert all(len(one.history["reported"]) == 100 for one in whole)
    assert all(one.score == one.history["reported"][-1] for one in whole)
    assert summary.best is not None
    assert summary.best.score == min(one.score for one in whole if one.score is not None)
