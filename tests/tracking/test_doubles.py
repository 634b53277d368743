from __future__ import annotations

from tracking.doubles import sort_out
from tracking.records import RunFacts


def run(
    run_id: str,
    trial: int | None = None,
    above: str = "",
    status: str = "RUNNING",
    at: int = 0,
    metrics: int = 0,
    attempt: str = "1",
) -> RunFacts:
    tags = {"sweeps.attempt": attempt} | ({"mlflow.parentRunId": above} if above else {})
    logged = {f"m{number}": 0.5 for number in range(metrics)}
    return RunFacts(run_id, trial, status, at, None, {}, tags, logged)


def ids(runs: tuple[RunFacts, ...]) -> list[str]:
    return [one.run_id for one in runs]


def test_nothing_is_nothing() -> None:
    found = sort_out([])
    assert (found.parent, found.children, found.surplus, found.strays) == (None, {}, (), ())


def test_of_children_the_complete_one_stays_then_the_oldest() -> None:
    found = sort_out(
        [
            run("p"),
            run("a", 0, "p", at=1),
            run("b", 0, "p", "FINISHED", at=2),
            run("d", 1, "p", at=4),
            run("c", 1, "p", at=3),
            run("e", 2, "p", "FAILED"),
        ]
    )
    kept = {number: child.run_id for number, child in found.children.items()}
    assert kept == {0: "b", 1: "c", 2: "e"}
    assert (ids(found.surplus), ids(found.strays)) == (["a", "d"], [])


def test_of_children_that_have_ended_the_one_with_more_metrics_stays() -> None:
    found = sort_out(
        [run("a", 0, "p", "FINISHED"), run("b", 0, "p", "FINISHED", at=9, metrics=2), run("p")]
    )
    assert ids(found.surplus) == ["a"]


def test_of_children_the_latest_attempt_stays_even_half_written() -> None:
    found = sort_out(
        [
            run("p"),
            run("a", 0, "p", "FAILED", metrics=3, attempt="9"),
            run("b", 0, "p", attempt="10"),
            run("c", 0, "p", "FINISHED", attempt="12²"),
        ]
    )
    assert ids(found.surplus) == ["a", "c"]


def test_of_parents_the_one_with_children_stays() -> None:
    runs = [run("a", at=1), run("b", at=2), run("c", 0, "b"), run("d", 1, "b"), run("e", 2, "a")]
    found = sort_out(runs)
    assert found.parent is not None
    assert found.parent.run_id == "b"
    assert (ids(found.surplus), ids(found.strays)) == (["a"], ["e"])


def test_of_parents_without_children_the_oldest_stays_or_the_one_in_use() -> None:
    runs = [run("b", at=2, status="FINISHED"), run("a", at=1)]
    assert sort_out(runs).surplus == (runs[0],)
    assert sort_out(runs, "b").surplus == (runs[1],)


def test_the_parent_in_use_stays_whatever_hangs_on_another() -> None:
    found = sort_out([run("a"), run("b"), run("c", 0, "a")], "b")
    assert (ids(found.surplus), ids(found.strays)) == (["a"], ["c"])


def test_children_without_a_parent_are_no_strays() -> None:
    found = sort_out([run("c", 0, "gone")])
    assert (found.parent, found.strays, list(found.children)) == (None, (), [0])
