"""Rules let loose on a ledger, in an order that hypothesis chooses."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


def let_loose(
    rules: type[RuleBasedStateMachine], examples: int, steps: int, **attributes: Any
) -> None:
    """Try the rules so many times, with so many steps each; they find `attributes` as their own.

    The orders are the same in every run of the tests.
    """
    machine = type(rules.__name__, (rules,), attributes)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            phases=(Phase.generate, Phase.shrink),
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
