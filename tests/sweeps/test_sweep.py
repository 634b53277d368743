from __future__ import annotations

import pytest

from sweeps.sweep import TaskChoice


@pytest.mark.parametrize(
    ("choice", "label"),
    [
        (TaskChoice("penguins", {"preprocessing": "published"}), "penguins"),
        (TaskChoice("table", {"csv": "data/birds.csv", "target": "species"}), "birds.csv"),
        (TaskChoice("table", {"parquet": "birds.parquet"}), "birds.parquet"),
        (TaskChoice("rows", {"load": "my_data:load"}), "my_data:load"),
    ],
)
def test_a_task_is_listed_by_what_people_know_it_by(choice: TaskChoice, label: str) -> None:
    assert choice.label == label
