"""What training the user's code must do, whatever that code is."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import ClassVar

import pytest

from sweeps.sweep import SubjectChoice, SubjectKind
from sweeps.trainers.choose import trainer_for
from sweeps.trainers.trainer import Pack, Trainer
from sweeps.trial import Fit, Outcome
from tests.sweeps.tiny_task import TinyTask
from tests.sweeps.trainers.contract_limits import RaisingTask
from tests.sweeps.trainers.fitting import fit_of, problem_on
from tests.sweeps.trainers.own.code import MODULE, Code


class OwnCodeContract:
    """`kind` of subject; `code_text` defines `fine`, `drawing`, and some that go wrong.

    `drawing` measures something left to chance; `raising`, `leaving`, `starved` and `infinite`
    raise KeyError('species') one frame down, call `sys.exit(3)`, raise MemoryError, and end up with
    figures that are not finite; `greedy` overwrites the rows that it is given.
    """

    kind: ClassVar[SubjectKind]
    text: ClassVar[str]
    metric: ClassVar[str] = "val_accuracy"

    @pytest.fixture(autouse=True)
    def written(self, code: Code) -> None:
        self.code = code
        code.write(self.text)

    def outcome(self, name: str, fit: Fit | None = None, task: TinyTask | None = None) -> Outcome:
        problem = problem_on(self.metric, task)
        return self.code.train(self.kind, name, fit or fit_of({}), problem)

    def trainer(self, name: str = "fine") -> Trainer:
        choice = SubjectChoice(self.kind, f"{MODULE}:{name}")
        return trainer_for("auto", choice, str(self.code.folder))

    def failure(self, name: str, reason: str, task: TinyTask | None = None) -> tuple[str, str]:
        """The message and the traceback of a fit that fails for that reason."""
        outcome = self.outcome(name, task=task)
        assert outcome.error is not None
        assert outcome.error.reason == reason
        assert outcome.metrics == {}
        assert outcome.confusion == {}
        return outcome.error.message, outcome.error.traceback

    def test_a_fine_fit_measures_the_objective(self) -> None:
        outcome = self.outcome("fine")
        assert outcome.error is None
        assert self.metric in outcome.metrics
        assert outcome.seconds > 0
        assert outcome.notes == {}

    def test_chance_follows_the_seed(self) -> None:
        first, again, other = (self.outcome("drawing", fit_of({}, seed=s)) for s in (1, 1, 2))
        assert first.error is None
        assert first.metrics == again.metrics
        assert first.metrics != other.metrics

    def test_errors_come_with_the_users_lines(self) -> None:
        message, lines = self.failure("raising", "user_error")
        assert message == f"{MODULE}:raising: KeyError: 'species'"
        assert "deeper" in lines
        assert "own_code.py" in lines
        assert "sweeps/trainers" not in lines

    def test_sys_exit_ends_the_fit_and_nothing_else(self) -> None:
        message, _ = self.failure("leaving", "user_error")
        assert message == f"{MODULE}:leaving: SystemExit: 3"

    def test_a_lack_of_memory_is_nobodys_mistake(self) -> None:
        assert "MemoryError" in self.failure("starved", "out_of_memory")[0]

    def test_figures_that_are_not_finite_have_diverged(self) -> None:
        assert "became" in self.failure("infinite", "diverged")[0]

    def test_what_is_not_there_is_named(self) -> None:
        message, _ = self.failure("fien", "user_error")
        assert "did you mean 'fine'" in message

    def test_a_module_that_cannot_be_imported_is_the_users(self) -> None:
        self.code.write("import sys\nsys.exit('not today')\n")
        message, lines = self.failure("fine", "user_error")
        assert "cannot be imported: SystemExit: not today" in message
        assert "own_code.py" in lines

    def test_rows_that_cannot_be_had_are_the_tasks_mistake(self) -> None:
        message, lines = self.failure("greedy", "user_error", RaisingTask())
        assert "no column 'species'" in message
        assert "in read" in lines

    def test_rows_are_each_fits_own(self) -> None:
        problem = problem_on(self.metric)
        before = problem.data(0, 0).train.x.tobytes()
        assert self.code.train(self.kind, "greedy", fit_of({}), problem).error is None
        assert problem.data(0, 0).train.x.tobytes() == before

    def test_trainers_travel_and_give_each_fit_a_pack(self) -> None:
        trainer = self.trainer()
        assert pickle.loads(pickle.dumps(trainer)) == trainer
        fits = [fit_of({}, seed=seed) for seed in range(11)]
        assert trainer.pack(fits, problem_on()) == [Pack((fit,)) for fit in fits]

    def test_what_there_is_no_time_for_is_not_begun(self) -> None:
        outcome = self.outcome("raising", fit_of({}, seconds=0.0))
        assert outcome.error is not None
        assert outcome.error.reason == "timed_out"

    def test_one_bad_fit_of_a_pack_fails_alone(self) -> None:
        fits = (fit_of({}), replace(fit_of({}, seed=2), seconds=None))
        outcomes = self.trainer().train(Pack(fits), problem_on(self.metric), None)
        assert [outcome.fit for outcome in outcomes] == list(fits)
        assert [outcome.error for outcome in outcomes] == [None, None]

    def test_one_process_a_core(self) -> None:
        assert self.trainer().processes(8) == 8
        assert self.trainer().environment["OMP_NUM_THREADS"] == "1"
