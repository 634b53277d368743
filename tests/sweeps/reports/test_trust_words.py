from __future__ import annotations

from dataclasses import replace

import pytest

from sweeps.reports.material import Material
from sweeps.reports.tie_set_chart import tie_set_of
from sweeps.reports.trust_lines import sentences
from sweeps.reports.trust_words import UNCOMPARED, beside, promised
from sweeps.reports.winner_chart import Confusion, winner_of
from sweeps.trial import Failure
from sweeps.trust.rows import Confirmed, Interval, Optimism, Rival
from sweeps.trust.trust import Trust
from tests.sweeps.reports import samples

ROW = Confirmed(3, 9, {"width": 8}, 0.9, 0.8, (0.7, 0.9), None, in_tie_set=True)
TRUST = Trust("val_loss", "minimize", 0.95, 3, 0.9, rows=(ROW,), recommended=3, by="score")


def _beside(trust: Trust, difference: Interval | None, beaten: bool | None) -> str | None:
    rival = Rival("ridge regression", 0.8, 0.8, difference, beaten)
    return beside(replace(trust, baseline=rival))


@pytest.mark.parametrize(
    ("difference", "beaten", "said"),
    [
        ((-0.3, -0.1), True, "beats it by 0.1 to 0.3"),
        ((0.1, 0.3), False, "does NOT beat it: worse by 0.1 to 0.3"),
        ((-0.1, 0.3), False, "does NOT beat it: from 0.3 worse to 0.1 better"),
        (None, None, UNCOMPARED),
    ],
)
def test_less_is_better_where_the_metric_is_minimised(
    difference: Interval | None, beaten: bool | None, said: str
) -> None:
    assert _beside(TRUST, difference, beaten) == said


def test_more_is_better_where_it_is_maximised() -> None:
    more = replace(TRUST, goal="maximize")
    assert _beside(more, (0.1, 0.3), True) == "beats it by 0.1 to 0.3"
    assert _beside(more, (-0.3, -0.1), False) == "does NOT beat it: worse by 0.1 to 0.3"
    assert _beside(more, (-0.1, 0.0), False) == "does NOT beat it: from 0.1 worse to 0 better"


def test_the_interval_is_of_what_was_promised_too_little() -> None:
    little = Optimism(3, 0.9, 0.92, -0.02, (-0.05, 0.01))
    assert promised(little) == "promised 0.02 too little (-0.01 to 0.05)"
    much = Optimism(3, 0.9, 0.88, 0.02, (-0.01, 0.05))
    assert promised(much) == "promised 0.02 too much (-0.01 to 0.05)"


def test_one_configuration_alone_is_not_called_better_than_all_others() -> None:
    trust = Material(samples.confirmed(top=1)).trust
    assert trust is not None
    assert trust.rows[0].difference is None
    said = " ".join(sentences(trust))
    assert "there is none to compare it with" in said
    assert "better than" not in said


def test_a_search_alone_flatters_and_failed_confirmations_are_named() -> None:
    searched = replace(TRUST, rows=(), recommended=None, by=None)
    assert "flatter the best of many" in sentences(searched)[-1]
    found = samples.confirmed(top=2)
    trials = [
        replace(one, result=replace(one.result, score=None, error=Failure("diverged", "nan")))
        if one.trial.confirms is not None and one.result is not None
        else one
        for one in found.trials
    ]
    material = Material(replace(found, trials=tuple(trials)))
    assert material.trust is not None
    assert sentences(material.trust)[0].startswith("Not confirmed: trial")
    assert "has a score yet" in str(tie_set_of(material))


def test_the_confusion_of_a_confirmation_has_the_number_of_the_search() -> None:
    material = Material(samples.confirmed())
    found = winner_of(material)
    assert isinstance(found, Confusion)
    assert found.trial == material.winning_trial
    assert "trained again" in found.note
