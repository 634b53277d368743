"""The small models one after the other, as anybody would; Keras's backend is as the variable says.

python -m tests.benchmarks.peers.models_in_a_row COUNT
"""

from __future__ import annotations

import sys
from statistics import fmean

from tests.benchmarks.peers import small_models, study


def trained(rate: float, rows: study.Rows) -> float:
    """Build, fit with the test rows judged after each epoch, evaluate: accuracy on test rows."""
    model = small_models.build(rate)
    model.fit(
        rows.x_train,
        rows.y_train,
        batch_size=small_models.BATCH_SIZE,
        epochs=small_models.EPOCHS,
        validation_data=(rows.x_test, rows.y_test),
        verbose=0,
    )
    model.evaluate(rows.x_train, rows.y_train, verbose=0)
    accuracy: float = model.evaluate(rows.x_test, rows.y_test, verbose=0)[1]
    return accuracy


def main() -> None:
    every = small_models.rates(small_models.MODELS)
    count = min(int(sys.argv[1]), len(every))
    rates = [every[place * len(every) // count] for place in range(count)]
    rows = study.rows()
    found: list[float] = []

    def fits() -> int:
        found.extend(trained(rate, rows) for rate in rates)
        return len(found)

    study.measured(lambda: trained(rates[0], rows), fits, lambda: {"test_accuracy": fmean(found)})


if __name__ == "__main__":
    main()
