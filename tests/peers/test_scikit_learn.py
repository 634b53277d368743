"""scikit-learn: its example "Pipelining: chaining a PCA and a logistic regression".

SciKeras's tutorial and the penguin study's searches stand in tests/sweeps/trainers/estimators.
"""

from __future__ import annotations

import numpy as np
from sklearn import datasets
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from tests.peers.peer import Peer

DIGITS = """
    from sklearn import datasets
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    logistic = LogisticRegression(max_iter=10000, tol=0.1)
    pipe = Pipeline(steps=[("scaler", StandardScaler()), ("pca", PCA()), ("logistic", logistic)])

    def load():
        x, y = datasets.load_digits(return_X_y=True)
        return (x[:240], y[:240]), (x[240:300], y[240:300])
    """
SWEEP = """
    task: {load: digits_pipe:load}
    estimator: digits_pipe:pipe
    search: grid
    evaluate: {folds: 3}
    space:
      pca__n_components: [5, 15]
      logistic__C: [0.0001, 0.05, 20.0]
    """


def test_the_digits_pipeline_scores_as_in_its_own_grid_search(peer: Peer) -> None:
    """Six candidates, three folds: every fold's accuracy is GridSearchCV's."""
    peer.write("digits_pipe.py", DIGITS)
    with threadpool_limits(1):
        summary, results = peer.run(SWEEP, workers=0)
        theirs = _their_search()
    assert summary.ending == "finished"
    assert len(results) == 6
    for result in results:
        place = theirs.cv_results_["params"].index(dict(result.trial.config))
        scores = [theirs.cv_results_[f"split{fold}_test_score"][place] for fold in range(3)]
        assert [part.metrics["val_accuracy"] for part in result.parts] == scores
    assert summary.best is not None
    assert summary.best.trial.config == theirs.best_params_
    assert np.isclose(summary.best.score or 0.0, theirs.best_score_, rtol=1e-12)


def _their_search() -> GridSearchCV:
    x, y = datasets.load_digits(return_X_y=True)
    logistic = LogisticRegression(max_iter=10000, tol=0.1)
    steps = [("scaler", StandardScaler()), ("pca", PCA()), ("logistic", logistic)]
    grid = {"pca__n_components": [5, 15], "logistic__C": [0.0001, 0.05, 20.0]}
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    search = GridSearchCV(Pipeline(steps=steps), grid, cv=folds)
    return search.fit(x[:240].astype("float32"), y[:240])
