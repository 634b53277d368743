from __future__ import annotations

from sweeps.reproduce.best_found import best_table
from sweeps.reproduce.published import published
from tests.sweeps.reproduce.made_up import result


def test_each_search_names_its_best_settings_and_only_what_varied():
    results = {
        "hyperband": [
            result(0, {"width": 16, "dropout.layer_2": 0.2, "layer_count": 2}, test=0.91),
            result(1, {"width": 32, "dropout.layer_2": 0.4, "layer_count": 2}, test=0.97),
            result(2, {"width": 48, "dropout.layer_2": 0.6, "layer_count": 2}, test=0.97),
        ]
    }
    title = "hyperband over units and dropout"
    assert best_table(published(), results).rows == (
        (title, "3", "0.9700", "width 32, dropout.layer_2 0.4"),
    )


def test_a_published_search_stands_above_ours():
    ours = [result(n, {"batch_size": 4 + n, "learning_rate": 0.00123456}) for n in range(2)]
    rows = best_table(published(), {"random_search_as_meant": ours}).rows
    assert [row[0] for row in rows] == ["random search, published", "random search, as meant"]
    assert rows[0][3] == "batch_size 8, epochs 8, learning_rate 0.005732"
    assert rows[1][3] == "batch_size 4"


def test_what_was_not_run_is_absent():
    assert best_table(published(), {}).rows == ()
