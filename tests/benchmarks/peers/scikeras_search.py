"""SciKeras under scikit-learn's RandomizedSearchCV, three folds as in the study's searches."""

from __future__ import annotations

import math
from typing import Any

from tests.benchmarks.peers import study
from tests.benchmarks.peers.study import BATCH_SIZE, EPOCHS, Shape

FOLDS = 3


def network(first: int = 50, second: int = 50) -> Any:
    return study.build((first, second))


def classifier() -> Any:
    """SciKeras's classifier, which scikit-learn 1.9 does not know for one by itself."""
    from scikeras.wrappers import KerasClassifier  # type: ignore[import-untyped]
    from sklearn.utils import ClassifierTags

    class Classifier(KerasClassifier):  # type: ignore[misc]
        def __sklearn_tags__(self) -> Any:
            tags = super().__sklearn_tags__()
            tags.estimator_type = "classifier"
            tags.classifier_tags = ClassifierTags()
            return tags

    return Classifier(
        model=network, first=50, second=50, epochs=EPOCHS, batch_size=BATCH_SIZE, verbose=0
    )


def search(shapes: list[Shape], candidates: int, rows: study.Rows) -> int:
    """Train each candidate on every fold; train and held-out rows are scored."""
    from sklearn.model_selection import RandomizedSearchCV, StratifiedKFold

    found = RandomizedSearchCV(
        classifier(),
        [{"first": [first], "second": [second]} for first, second in shapes],
        n_iter=candidates,
        scoring="accuracy",
        cv=StratifiedKFold(FOLDS, shuffle=True, random_state=0),
        return_train_score=True,
        refit=False,
        random_state=0,
        error_score="raise",
    )
    found.fit(rows.x_train, rows.y_train)
    return len(found.cv_results_["params"]) * FOLDS


def main() -> None:
    shapes, logging = study.arguments()
    rows = study.rows()
    candidates = len(shapes) if len(shapes) == len(study.SHAPES) else math.ceil(len(shapes) / FOLDS)
    if logging:
        import mlflow

        # Models are not kept and every candidate gets its run: otherwise it is slower, and the
        # other peers keep no models either.
        mlflow.sklearn.autolog(log_models=False, max_tuning_runs=None)
    study.measured(
        lambda: search([(50, 50)], 1, rows),
        lambda: search(shapes, candidates, rows),
    )


if __name__ == "__main__":
    main()
