import pytest

from sweeps.backends.hyperband_plan import rungs


def counted(max_epochs: int, factor: int, iterations: int = 1) -> int:
    return sum(r.trials for bracket in rungs(max_epochs, factor, iterations) for r in bracket)


def test_the_brackets_for_27_epochs_are_the_papers_rounded_up() -> None:
    brackets = [[(rung.trials, rung.epochs) for rung in bracket] for bracket in rungs(27, 3)]
    assert brackets == [
        [(27, 1), (9, 3), (3, 9), (1, 27)],
        [(12, 3), (4, 9), (2, 27)],
        [(6, 9), (2, 27)],
        [(4, 27)],
    ]


@pytest.mark.parametrize(
    ("max_epochs", "factor", "iterations", "trials"),
    [(10, 3, 1, 30), (27, 3, 1, 70), (27, 3, 2, 140), (1, 3, 1, 1), (2, 3, 1, 2)],
)
def test_trials_are_counted(max_epochs: int, factor: int, iterations: int, trials: int) -> None:
    assert counted(max_epochs, factor, iterations) == trials


@pytest.mark.parametrize("factor", [2, 3, 4, 10])
def test_rungs_grow_shorter_in_trials_and_longer_in_epochs(factor: int) -> None:
    for max_epochs in range(1, 200):
        for bracket in rungs(max_epochs, factor):
            assert bracket[-1].epochs == max_epochs
            trials = [rung.trials for rung in bracket]
            epochs = [rung.epochs for rung in bracket]
            assert trials == sorted(set(trials), reverse=True)
            assert epochs == sorted(set(epochs))
