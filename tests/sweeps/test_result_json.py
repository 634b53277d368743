from __future__ import annotations

import json

from sweeps.result_json import brief_from_json, result_from_json, result_to_json
from sweeps.trial import Cost, Result, Span, Trial

TRIAL = Trial(0, {"width": 4})
COST = Cost(1.0, 0.0, 200.0, "cpu", 100, (Span("here 12", 1_000, 2_500),))
RESULT = Result(TRIAL, 0.5, {"val_accuracy": 0.5}, {}, 1.5, cost=COST)


def test_who_trained_when_is_kept() -> None:
    text = result_to_json(RESULT)
    assert result_from_json(TRIAL, text).cost == COST
    assert brief_from_json(TRIAL, text).cost == COST


def test_a_result_of_before_that_was_noted_is_read() -> None:
    document = json.loads(result_to_json(RESULT))
    del document["cost"]["spans"]
    found = result_from_json(TRIAL, json.dumps(document)).cost
    assert found is not None
    assert (found.spans, found.examples) == ((), 100)
