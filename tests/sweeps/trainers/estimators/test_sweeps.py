"""Whole sweeps of estimators: folds without leaks, and scikit-learn's own searches beside them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV, StratifiedKFold

from sweeps import parts
from sweeps.problem import Problem
from sweeps.sweep import Evaluate, Objective
from tests.sweeps.trainers.own.code import Code, UnscaledTask

PIPELINE = """
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

class Watched(StandardScaler):
    seen = []
    def fit(self, x, y=None, sample_weight=None):
        self.seen.append(x.copy())
        return super().fit(x, y)

def make():
    return Pipeline([("scale", Watched()), ("clf", LogisticRegression())])
"""
SPACE = {"clf__C": [0.01, 1.0, 100.0], "clf__fit_intercept": [True, False]}


@pytest.fixture(autouse=True)
def unscaled(monkeypatch: pytest.MonkeyPatch) -> None:
    """All scaling is the Pipeline's."""
    monkeypatch.setattr(parts, "task_for", lambda *_: UnscaledTask())


def sweep(**changes: Any) -> dict[str, Any]:
    return {
        "task": "penguins",
        "estimator": "own_code:make",
        "objective": "val_accuracy",
        "evaluate": {"folds": 3},
        "space": SPACE,
        **changes,
    }


def test_a_scaler_sees_the_rows_that_are_trained_on_and_no_others(code: Code) -> None:
    code.write(PIPELINE)
    summary, results = code.run(sweep(evaluate={"folds": 4, "repeats": 2}), workers=0)
    assert summary.failed == 0
    problem = Problem(UnscaledTask(), Evaluate(folds=4), Objective(), seed=0)
    expected = [problem.data(fold, 0) for fold in range(4)]
    seen = code.module.Watched.seen
    assert len(seen) == 6 * 8 == sum(len(result.parts) for result in results)
    for position, rows in enumerate(seen):
        data = expected[position % 4]
        assert rows.tobytes() == data.train.x.tobytes()
        assert data.val is not None
        assert not {row.tobytes() for row in rows} & {row.tobytes() for row in data.val.x}


def test_scores_are_those_of_grid_search_cv(code: Code) -> None:
    """On the same rows and the same folds, exactly; so is what is chosen."""
    code.write(PIPELINE)
    summary, results = code.run(sweep(), workers=0)
    rows = UnscaledTask().rows(0)
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    grid = {name: list(values) for name, values in SPACE.items()}
    peer = GridSearchCV(code.module.make(), grid, cv=folds, scoring="accuracy")
    peer.fit(rows.x_train.astype("float32"), rows.y_train)
    theirs = {
        (params["clf__C"], params["clf__fit_intercept"]): [
            peer.cv_results_[f"split{fold}_test_score"][position] for fold in range(3)
        ]
        for position, params in enumerate(peer.cv_results_["params"])
    }
    ours = {
        (result.trial.config["clf__C"], result.trial.config["clf__fit_intercept"]): [
            part.metrics["val_accuracy"] for part in result.parts
        ]
        for result in results
    }
    assert ours == theirs
    assert len({tuple(scores) for scores in theirs.values()}) > 2
    assert summary.best is not None
    assert summary.best.score == pytest.approx(peer.best_score_, rel=1e-15)
    assert summary.best.trial.config == peer.best_params_


def test_a_random_forest_is_the_same_wherever_it_is_trained(code: Code) -> None:
    document = sweep(
        estimator="sklearn.ensemble:RandomForestClassifier",
        space={"n_estimators": [3, 5], "max_depth": [1, None]},
        evaluate={"folds": 2, "repeats": 2, "metrics": ["auc", "f1"]},
        objective="val_auc",
    )
    _, inline = code.run(document, workers=0)
    _, again = code.run(document, workers=0)
    for first, second in zip(inline, again, strict=True):
        assert first.metrics == second.metrics
        repeats = [part.metrics["val_auc"] for part in first.parts]
        assert repeats[:2] != repeats[2:]
        assert np.mean(repeats) == pytest.approx(first.score)


def test_a_warning_is_a_note_of_the_trial(code: Code) -> None:
    code.write(PIPELINE)
    document = sweep(space={"clf__max_iter": [1, 1000]})
    _, results = code.run(document, workers=0)
    assert "1 x ConvergenceWarning" in results[0].notes["warnings"]
    assert results[1].notes == {}


def test_hyperband_grants_what_stands_for_epochs(code: Code) -> None:
    code.write("""
        from sklearn.linear_model import SGDClassifier
        seen = []
        class make(SGDClassifier):
            def fit(self, x, y):
                seen.append(self.max_iter)
                return super().fit(x, y)
    """)
    document = sweep(
        estimator={"path": "own_code:make", "epochs": "max_iter"},
        search={"backend": "hyperband", "factor": 2},
        space={"alpha": {"low": 1e-6, "high": 1e-1, "log": True}, "epochs": 4},
    )
    summary, results = code.run(document, workers=0)
    assert summary.failed == 0
    assert {1, 2, 4} <= {result.trial.budget for result in results}
    assert sorted(code.module.seen) == sorted(
        budget for result in results for budget in [result.trial.budget] * 3
    )


def test_the_first_mistakes_end_the_sweep(code: Code) -> None:
    code.write(PIPELINE)
    summary, _ = code.run(sweep(space={"clf__CC": [1, 2, 3, 4, 5, 6]}), workers=0)
    assert summary.ending == "failed"
    assert summary.cause is not None
    assert "did you mean 'clf__C'" in summary.cause


def test_fits_run_in_workers(code: Code) -> None:
    code.write(PIPELINE)
    _, inline = code.run(sweep(), workers=0)
    _, worked = code.run(sweep(), workers=1)
    assert [result.metrics for result in inline] == [result.metrics for result in worked]
