from __future__ import annotations

import json
from pathlib import Path

from tests.benchmarks.figures import Machine, Report, Run, Section, Table, Target

RUN = Run(
    "a peer", 20, 30.0, start_seconds=8.0, total_seconds=40.0, megabytes=900.0, cpu_seconds=50.0
)
MACHINE = Machine("a processor", 2, 16000, [], "Linux", "3.11", {"jax": "0.10"}, 0.1, "today")


def test_a_run_is_carried_on_at_its_own_rate_from_the_start_of_its_process() -> None:
    assert RUN.seconds_a_fit == 1.5
    assert RUN.from_start(199) == 8.0 + 199 * 1.5


def test_a_target_is_met_from_its_goal_on() -> None:
    assert Target("faster", 200.0, 200.0, "times").met
    assert not Target("faster", 199.0, 200.0, "times").met


def test_a_target_that_bounds_is_met_up_to_its_goal() -> None:
    assert Target("memory", 3000.0, 3000.0, "MB", most=True).met
    assert not Target("memory", 3001.0, 3000.0, "MB", most=True).met


def test_the_json_says_what_was_met_and_what_a_fit_took(tmp_path: Path) -> None:
    section = Section(
        "speed",
        "measured",
        [Table("Speed", ("", "s"), [("ours", "1")])],
        [Target("faster", 250.0, 200.0, "times"), Target("faster", 250.0, 300.0, "times")],
        [RUN],
    )
    path = tmp_path / "benchmark.json"
    Report(MACHINE, {"fits": 20}, [section]).write(path)
    document = json.loads(path.read_text())
    (written,) = document["sections"]
    assert [target["met"] for target in written["targets"]] == [True, False]
    assert written["runs"][0]["seconds_a_fit"] == 1.5
    assert document["machine"]["packages"] == {"jax": "0.10"}
    assert document["options"] == {"fits": 20}
