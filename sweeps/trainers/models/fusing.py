"""Which of the user's models are trained together, and why the others are not."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Literal

from sweeps.problem import Problem
from sweeps.trainers.models.mishaps import own_code
from sweeps.trainers.models.preparing import Prepared

Fusing = Literal["where it can be", "always", "never"]


def why_apart(prepared: Prepared, problem: Problem, backend: str) -> str | None:
    """Why a model is trained singly; None where it can be fused."""
    if backend != "jax":
        return f"models are fused on JAX, and this one is trained on {backend}"
    if prepared.made.own_fit is not None:
        return "its hypermodel has a fit of its own"
    if "callbacks" in own_code(problem).choice.options:
        return "there are callbacks"
    from sweeps.trainers.models.fused.admission import why_not

    return why_not(prepared.member)


def grouped(fits: Sequence[Prepared]) -> list[list[Prepared]]:
    """Models that are one program, together, in the order of their first."""
    from sweeps.trainers.models.fused.admission import fingerprint

    alike: dict[Hashable, list[Prepared]] = {}
    for prepared in fits:
        alike.setdefault(fingerprint(prepared.member), []).append(prepared)
    return list(alike.values())
