"""Where the courses of a lane go on from, when their training was broken off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from sweeps.problem import Problem
from sweeps.trainers.fused.courses import Course
from sweeps.trainers.fused.packing import Lane
from sweeps.trainers.fused.seat import Seat


def parted(lane: Lane, problem: Problem) -> list[Lane]:
    """The lane; its courses part ways where not all of their fits go on from the same epoch.

    What is kept of a course may lie beyond the end of its first fits, which were done but are
    trained again. Lanes are of the size of the one given, so that networks come out the same.
    """
    courses = [part for course in lane.courses for part in _ways(course, problem)]
    return [
        replace(lane, courses=tuple(courses[start : start + lane.size]))
        for start in range(0, len(courses), lane.size)
    ]


def _ways(course: Course, problem: Problem) -> Iterator[Course]:
    """The course in parts, each of fits that go on from one checkpoint or from the start."""
    fits, places = course.fits, course.places
    if len(fits) == 1:
        yield course
        return
    past = Seat.of(course, problem.data(fits[0].fold, fits[0].repeat)).past()
    starts = [past.up_to(fit.budget) for fit in fits]
    for _, members in groupby(range(len(fits)), key=lambda at: id(starts[at])):
        these = list(members)
        yield replace(
            course,
            fits=tuple(fits[at] for at in these),
            places=tuple(places[at] for at in these),
        )
