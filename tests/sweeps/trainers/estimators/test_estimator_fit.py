from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest

from sweeps.sweep import Evaluate, SubjectKind
from sweeps.tasks.task import Rows
from sweeps.trial import Fit, Outcome, Trial
from tests.sweeps.tiny_task import TinyTask
from tests.sweeps.trainers.fitting import fit_of, problem_on
from tests.sweeps.trainers.own.code import Code, UnscaledTask
from tests.sweeps.trainers.own.contract import OwnCodeContract

TEXT = """
import sys
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

def fine():
    return Pipeline([("scale", StandardScaler()), ("clf", LogisticRegression())])

pipeline = fine()
drawing = RandomForestClassifier(n_estimators=3)

class Odd(DummyClassifier):
    def fit(self, x, y):
        self.odd(x)
        return super().fit(x, y)

class raising(Odd):
    def odd(self, x):
        deeper()

def deeper():
    raise KeyError("species")

class leaving(Odd):
    def odd(self, x):
        sys.exit(3)

class starved(Odd):
    def odd(self, x):
        raise MemoryError("too large")

class greedy(Odd):
    def odd(self, x):
        x[:] = 0

class infinite(DummyClassifier):
    def predict_proba(self, x):
        return np.full((len(x), 3), np.nan)
"""


class TestContract(OwnCodeContract):
    kind: ClassVar[SubjectKind] = "estimator"
    text = TEXT


def trained(code: Code, name: str, config: dict[str, object], **options: str) -> Outcome:
    code.write(TEXT)
    return code.train("estimator", name, fit_of(config), problem_on(), **options)


def refusal(outcome: Outcome) -> str:
    assert outcome.error is not None
    assert outcome.error.reason == "bad_configuration"
    return outcome.error.message


@pytest.mark.parametrize("name", ["fine", "pipeline"])
def test_parameters_of_steps_are_set(name: str, code: Code) -> None:
    weak, strong = (trained(code, name, {"clf__C": c}) for c in (1e-6, 100.0))
    assert weak.metrics["train_loss"] == pytest.approx(np.log(3), abs=1e-3)
    assert strong.metrics["train_loss"] < 0.7
    assert strong.metrics["parameters"] == 15
    assert weak.metrics.keys() == {
        *(f"{split}_{name}" for split in ("train", "val", "test") for name in ("loss", "accuracy")),
        "parameters",
    }
    assert np.sum(strong.confusion["test"]) == 15


def test_an_instance_is_cloned_for_every_fit(code: Code) -> None:
    trained(code, "pipeline", {"clf__C": 3.0})
    assert code.module.pipeline.get_params()["clf__C"] == 1.0
    assert not hasattr(code.module.pipeline["clf"], "coef_")


def test_values_of_every_kind_are_set(code: Code) -> None:
    config = {"probability": True, "kernel": "poly", "degree": 2, "class_weight": None}
    outcome = trained(code, "sklearn.svm:SVC", {**config, "C": 0.5, "gamma": "auto"})
    assert outcome.error is None
    assert "val_loss" in outcome.metrics


def test_a_step_may_be_taken_out(code: Code) -> None:
    assert trained(code, "fine", {"scale": "passthrough"}).error is None


def test_a_functions_own_parameters_are_given_to_it(code: Code) -> None:
    code.write("""
        from sklearn.neural_network import MLPClassifier
        def make(layers=1, units=2, *, alpha_too=0.0, **rest):
            assert not rest
            return MLPClassifier((units,) * layers, max_iter=1)
    """)
    config = {"layers": 3, "units": 5, "alpha": 0.1}
    outcome = code.train("estimator", "make", fit_of(config), problem_on())
    assert outcome.error is None
    assert outcome.metrics["parameters"] == (4 + 1) * 5 + 2 * (5 + 1) * 5 + (5 + 1) * 3
    assert outcome.notes["warnings"].startswith("1 x ConvergenceWarning; the first: Stochastic")


@pytest.mark.parametrize(
    ("name", "config", "message"),
    [
        ("fine", {"clf__CC": 1.0}, r"clf__CC: no parameter of own_code:fine \(Pipeline\); did you"),
        ("fine", {"cfl__C": 1.0}, "did you mean 'clf__C'"),
        ("fine", {"clf__C": -1.0}, "The 'C' parameter of LogisticRegression must be a float in"),
        ("fine", {"epochs": 3}, r"own_code:fine, epochs: clf__max_iter}"),
        ("drawing", {"n_estimators": 0}, "The 'n_estimators' parameter"),
    ],
)
def test_a_configuration_that_cannot_be(
    name: str, config: dict[str, object], message: str, code: Code
) -> None:
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(refusal(trained(code, name, config)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("f = 3", "own_code:f is a int, which is no estimator"),
        ("def f(): return object()", "own_code:f is a object, which is no estimator"),
        ("def f(x): return object()", "own_code:f: TypeError: .*missing 1 required positional"),
        ("from sklearn.preprocessing import StandardScaler as f", "lacks fit, predict"),
        ("from sklearn.linear_model import LinearRegression as f", "task wants a classifier"),
    ],
)
def test_what_is_no_estimator_for_the_task(text: str, message: str, code: Code) -> None:
    code.write(text)
    outcome = code.train("estimator", "f", fit_of({}), problem_on())
    assert outcome.error is not None
    assert outcome.error.reason == "user_error"
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(outcome.error.message)


def test_epochs_stand_for_the_parameter_that_is_named(code: Code) -> None:
    fit = Fit(Trial(0, {"epochs": 27}, budget=2), fold=0, repeat=0, seed=1, budget=2)
    code.write(TEXT)
    found = code.train("estimator", "fine", fit, problem_on(), epochs="clf__max_iter")
    assert found.error is None
    assert found.metrics["epochs"] == 2
    assert "ConvergenceWarning" in found.notes["warnings"]
    message = refusal(trained(code, "fine", {"epochs": 2}, epochs="clf__epochs"))
    assert "clf__epochs: no parameter" in message
    twice = {"epochs": 2, "clf__max_iter": 3}
    assert "beside epochs" in refusal(trained(code, "fine", twice, epochs="clf__max_iter"))


def test_without_epochs_none_are_logged(code: Code) -> None:
    assert "epochs" not in trained(code, "fine", {}).metrics


def test_epochs_of_the_estimators_own_are_meant(code: Code) -> None:
    code.write("""
        from sklearn.dummy import DummyClassifier
        class f(DummyClassifier):
            def __init__(self, epochs=1):
                super().__init__()
                self.epochs = epochs
            def fit(self, x, y):
                assert self.epochs == 4
                return super().fit(x, y)
    """)
    fit = Fit(Trial(0, {"epochs": 9}, budget=4), fold=0, repeat=0, seed=1, budget=4)
    outcome = code.train("estimator", "f", fit, problem_on())
    assert outcome.error is None
    assert outcome.metrics["epochs"] == 4


def test_a_random_state_that_is_set_stays(code: Code) -> None:
    """In the code, or in the configuration; nested ones are set as well."""
    code.write("""
        from sklearn.ensemble import BaggingClassifier, RandomForestClassifier
        from sklearn.tree import DecisionTreeClassifier
        seen = []
        class Seen(DecisionTreeClassifier):
            def fit(self, *args, **kwargs):
                seen.append(self.random_state)
                return super().fit(*args, **kwargs)
        nested = BaggingClassifier(Seen(), n_estimators=2)
        class Own(RandomForestClassifier):
            def fit(self, x, y):
                seen.append(self.random_state)
                return super().fit(x, y)
        free, fixed = Own(n_estimators=2), Own(n_estimators=2, random_state=5)
    """)
    said: list[tuple[str, dict[str, object]]] = [
        ("free", {}),
        ("fixed", {}),
        ("free", {"random_state": 6}),
        ("free", {"random_state": None}),
    ]
    for name, config in said:
        assert code.train("estimator", name, fit_of(config, seed=9), problem_on()).error is None
    assert code.module.seen == [9, 5, 6, None]
    code.module.seen.clear()
    one, same, other = (
        code.train("estimator", "nested", fit_of({}, seed=seed), problem_on()).metrics
        for seed in (1, 1, 2)
    )
    assert one == same
    assert one != other
    assert None not in code.module.seen


@dataclass(frozen=True)
class Weighed(TinyTask):
    """Rows of the classes count differently."""

    def rows(self, split: int) -> Rows:
        return replace(super().rows(split), class_weights={0: 1000.0})


@pytest.mark.parametrize("name", ["fine", "plain"])
def test_class_weights_are_given_to_fit(name: str, code: Code) -> None:
    code.write(TEXT + "\nplain = LogisticRegression()\n")
    problem = problem_on(task=Weighed())
    outcome = code.train("estimator", name, fit_of({}), problem)
    assert outcome.error is None
    predicted = np.array(outcome.confusion["train"]).sum(axis=0)
    usual = code.train("estimator", name, fit_of({}), problem_on())
    assert predicted[0] > np.array(usual.confusion["train"]).sum(axis=0)[0]


def test_an_estimator_without_weights_says_so(code: Code) -> None:
    path = "sklearn.neighbors:KNeighborsClassifier"
    outcome = code.train("estimator", path, fit_of({}), problem_on(task=Weighed()))
    assert "class_weights: " in refusal(outcome)
    assert "(KNeighborsClassifier) takes no sample_weight" in refusal(outcome)


def test_a_regression_has_its_errors(code: Code) -> None:
    task = TinyTask(kind="regression")
    problem = replace(problem_on("val_mae", task), evaluate=Evaluate(metrics=("r2", "mse")))
    outcome = code.train("estimator", "sklearn.linear_model:Ridge", fit_of({}), problem)
    assert outcome.error is None
    assert outcome.confusion == {}
    assert outcome.metrics["test_r2"] > 0.9
    assert outcome.metrics["val_mse"] == pytest.approx(outcome.metrics["val_loss"])
    assert outcome.metrics["val_mae"] ** 2 <= outcome.metrics["val_loss"]
    assert outcome.metrics["parameters"] == 5


def test_warnings_do_not_fail_a_fit(code: Code) -> None:
    outcome = trained(code, "fine", {"clf__max_iter": 1})
    assert outcome.error is None
    assert outcome.notes["warnings"].startswith("1 x ConvergenceWarning; the first: lbfgs failed")
    assert "\n" not in outcome.notes["warnings"]


def test_inputs_are_those_of_the_task(code: Code) -> None:
    code.write("""
        from sklearn.dummy import DummyClassifier
        class f(DummyClassifier):
            def fit(self, x, y):
                assert x.shape == (35, 4) and x.dtype == "float32"
                assert y.shape == (35,) and y.dtype == "int64"
                return super().fit(x, y)
    """)
    outcome = code.train("estimator", "f", fit_of({}), problem_on(task=UnscaledTask()))
    assert outcome.error is None
