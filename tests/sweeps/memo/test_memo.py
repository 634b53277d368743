"""The memo in whole sweeps: what it spares."""

from __future__ import annotations

from dataclasses import replace

from sweeps.doctor.ledger_side import look_at_ledger
from sweeps.reading.sweep import read_sweep
from tests.sweeps.bench import Bench
from tests.sweeps.fakes import FakeTrainer, RecordingWatcher
from tests.sweeps.memo.counting import DOCUMENT, Counting, changed, served


def test_a_sweep_that_ran_before_is_not_trained_again(bench: Bench) -> None:
    trainer = Counting()
    bench.train_with(trainer)
    first = bench.run(read_sweep(DOCUMENT), memo=True)
    assert len(trainer.trained) == 12
    watcher = RecordingWatcher()
    second = bench.run(read_sweep(DOCUMENT), memo=True, watcher=watcher)
    assert len(trainer.trained) == 12, "nothing more"
    assert second.done == 6
    assert watcher.lines == [
        "6 of 6 trials were trained before (memo; --no-memo trains them again)"
    ]
    before, after = bench.results(first.sweep_id), bench.results(second.sweep_id)
    for number, (one, other) in enumerate(zip(before, after, strict=True)):
        assert other.notes == {"memo": f"{first.sweep_id}/{number}"}
        assert replace(other, notes=one.notes) == one
        assert other.cost is None
        assert one.cost is not None
    tags = [record.tags.get("sweeps.memo") for record in bench.tracker.trials]
    assert tags == [None] * 6 + [f"{first.sweep_id}/{number}" for number in range(6)]


def test_a_copy_of_a_copy_names_the_trial_that_was_trained(bench: Bench) -> None:
    first = bench.run(read_sweep(DOCUMENT), memo=True)
    second = bench.run(read_sweep(DOCUMENT), memo=True)
    ledger = bench.ledger()
    ledger.remove(first.sweep_id)
    ledger.close()
    third = bench.run(read_sweep(DOCUMENT), memo=True)
    for sweep_id in (second.sweep_id, third.sweep_id):
        notes = [result.notes["memo"] for result in bench.results(sweep_id)]
        assert notes == [f"{first.sweep_id}/{number}" for number in range(6)]


def test_without_the_memo_everything_is_trained_but_may_be_found_later(bench: Bench) -> None:
    trainer = Counting()
    bench.train_with(trainer)
    bench.run(read_sweep(DOCUMENT), memo=True)
    bench.run(read_sweep(DOCUMENT))
    assert len(trainer.trained) == 24


def test_what_a_sweep_adds_is_trained(bench: Bench) -> None:
    bench.run(read_sweep(DOCUMENT), memo=True)
    longer = changed(search={"backend": "random", "trials": 9}, name="longer")
    watcher = RecordingWatcher()
    assert served(bench, longer, watcher=watcher) == 6
    assert watcher.lines[0].startswith("6 of 9 trials were trained before")


def test_another_search_finds_the_same_configurations(bench: Bench) -> None:
    space = {"width": [10, 20, 30], "epochs": 3}
    bench.run(read_sweep(changed(space=space, search="grid")), memo=True)
    other = changed(space=space, search={"backend": "random", "trials": 3})
    assert served(bench, other) == 3


def test_other_words_for_the_same_network_are_the_same(bench: Bench) -> None:
    plain = {"width": [10, 20], "epochs": 3}
    bench.run(read_sweep(changed(space=plain, search="grid")), memo=True)
    wordy = {"width": [10, 20], "epochs": 3, "activation": "relu", "layer_count": 1, "ratio": 0.5}
    assert served(bench, changed(space=wordy, search="grid")) == 2


def test_failed_trials_are_trained_again(bench: Bench) -> None:
    bench.train_with(FakeTrainer(failing=frozenset({1, 4})))
    bench.run(read_sweep(DOCUMENT), memo=True)
    bench.train_with(FakeTrainer())
    assert served(bench, DOCUMENT) == 4


def test_confirmations_are_found_as_well(bench: Bench) -> None:
    confirming = changed(evaluate={"folds": 2, "confirm_top": 2, "repeats": 3})
    bench.run(read_sweep(DOCUMENT), memo=True)
    assert served(bench, confirming) == 6, "the search was done before, the confirmation was not"
    assert served(bench, confirming) == 8
    more = changed(evaluate={"folds": 2, "confirm_top": 2, "repeats": 4})
    assert served(bench, more) == 6
    later = changed(evaluate={"folds": 2, "confirm_top": 2, "repeats": 3, "search_repeats": 2})
    assert served(bench, later) == 0, "the first repeat of its confirmation is number 2"


def test_the_doctor_finds_nothing_wrong_with_what_was_found(bench: Bench) -> None:
    bench.run(read_sweep(DOCUMENT), memo=True)
    again = bench.run(read_sweep(DOCUMENT), memo=True)
    assert list(look_at_ledger(bench.store, again.sweep_id).faults) == []


def test_a_retried_trial_is_trained(bench: Bench) -> None:
    from sweeps import coordinator

    bench.train_with(FakeTrainer(failing=frozenset({1})))
    first = bench.run(read_sweep(DOCUMENT), memo=True)
    bench.train_with(FakeTrainer())
    bench.run(read_sweep(DOCUMENT), memo=True)
    trainer = Counting()
    bench.train_with(trainer)
    coordinator.retry(first.sweep_id, store=bench.store, tracker=lambda: bench.tracker, memo=True)
    assert [fit.trial.number for fit in trainer.trained] == [1, 1]
