"""Which courses are trained together: packs for the executor, and lanes within a pack.

Cuts are a function of the courses alone, never of the memory or the cores of the day. Courses are
in order of cost within a bucket and cut from the front, so taking whole packs away leaves the
others as they were: what an interrupted sweep still has to train is packed as it was before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import frexp

from sweeps.trainers.fused.bucket import PIECE, Bucket
from sweeps.trainers.fused.courses import Course

PACK_WORK = 2e11
"""Floating-point operations of a pack: a second or three on two cores."""

LANES_TOGETHER = 4
"""Packs are cut after multiples of so many lanes, however long those take.

Lanes are trained one a core, and a pack of a single one would leave the other cores idle.
"""

MOST_COURSES = 1024

CACHE = 1_500_000
"""Bytes that the members of a lane may need at once on a CPU: most of a core's own cache."""

LOOP_CACHE = 1_000_000
"""The same for looped layers, whose stacks pass through the cache once a step besides."""

MEMORY = 2_000_000_000
"""Bytes that the members of a lane may need in all, and on a CPU those of all lanes under way."""

MOST_MEMBERS = {"cpu": 64, "accelerator": 1024}

FEWEST_SEATS = 4
"""In a lane, where the device has room for as many: on a CPU a network alone, or beside one other,
comes out different in the last digits, and what a dead worker leaves is trained in such lanes."""

COMPILING = 5e10
"""Operations that could be done in the time that it takes to compile one more program."""


@dataclass(frozen=True)
class Lane:
    """Courses that are trained as one program with room for `size` of them."""

    bucket: Bucket
    courses: tuple[Course, ...]
    size: int


def packs_of(courses: Sequence[tuple[Bucket, Course]]) -> Iterator[list[Course]]:
    """The courses in packs of one bucket and activation, and of one set of rows if shared."""
    ordered = sorted(courses, key=_order)
    for (bucket, _), group in groupby(ordered, key=_kind):
        yield from _cut(bucket, [course for _, course in group])


def lanes_of(
    bucket: Bucket, courses: Sequence[Course], on_cpu: bool, devices: int = 1
) -> list[Lane]:
    """A pack's courses, cut for a kind of device; the last lane may have room to spare.

    An accelerator could hold a whole pack, so several of them get a part each.
    """
    full = members(bucket, on_cpu)
    if not on_cpu:
        full = min(full, _power_of_two(-(-len(courses) // devices)))
    starts = range(0, len(courses), full)
    cuts = [tuple(courses[start : start + full]) for start in starts]
    return [Lane(bucket, cut, _size(bucket, cut, full)) for cut in cuts]


def halves(lane: Lane) -> list[Lane]:
    """A lane in two with half the room; one where its courses have room in that, none of size 1.

    Only for a lane that the memory of the day was not enough for: a member's weights differ by
    rounding between lanes of fewer than `FEWEST_SEATS` and others.
    """
    if lane.size == 1:
        return []
    half = min(lane.size // 2, _power_of_two(len(lane.courses)))
    cuts = lane.courses[:half], lane.courses[half:]
    return [Lane(lane.bucket, cut, half) for cut in cuts if cut]


def members(bucket: Bucket, on_cpu: bool) -> int:
    """How many networks of a bucket are trained side by side: a power of two."""
    most = MOST_MEMBERS["cpu" if on_cpu else "accelerator"]
    fitting = MEMORY // _resident_bytes(bucket)
    if on_cpu:
        cache = LOOP_CACHE if bucket.looped else CACHE
        fitting = min(fitting, cache // _cached_bytes(bucket))
    return 1 << (max(1, min(fitting, most)).bit_length() - 1)


def abreast(lanes: Sequence[Lane], cores: int) -> int:
    """How many of the lanes are trained side by side on a CPU: one a core, within the memory."""
    largest = max(lane.size * _resident_bytes(lane.bucket) for lane in lanes)
    return max(1, min(cores, MEMORY // largest))


def too_large(bucket: Bucket) -> str | None:
    """Why a bucket's networks are left to a trainer that holds one at a time; None if they fit."""
    each = _resident_bytes(bucket)
    if each <= MEMORY:
        return None
    most = MEMORY / 1e9
    return f"one network needs {each / 1e9:.1f} GB, and {most:g} GB are the most"


def work(bucket: Bucket, course: Course) -> float:
    """Floating-point operations of a course, roughly: 6 a weight, row and epoch."""
    steps = course.steps(bucket.train_rows)
    rows = max(bucket.train_rows, steps * min(bucket.batch, STEP_ROWS))
    weights = _weights(bucket, len(course.recipe.layers))
    if not bucket.sparse:
        return 6.0 * weights * rows * course.epochs
    first = bucket.features * _first_units(bucket)
    entries = bucket.pieces * PIECE * bucket.train_rows / bucket.rows
    looked_up = PICKING * entries * _first_units(bucket) + STEP_ROWS * steps * first
    return 6.0 * (looked_up + (weights - first) * rows) * course.epochs


STEP_ROWS = 8
"""Rows whose arithmetic costs about what one step costs besides: updates, and starting loops."""

PICKING = 4
"""Products whose arithmetic costs what finding one row of a kernel by its number costs a unit."""


def _cut(bucket: Bucket, courses: Sequence[Course]) -> Iterator[list[Course]]:
    """Runs of `LANES_TOGETHER` lanes or a multiple, within a pack's work if they are more.

    Lanes are taken for full and of the highest work that their magnitude may mean, so that none
    costs less than the ones before it: what ends a pack would also end it if others were gone.
    """
    pack: list[Course] = []
    worked = 0.0
    full = LANES_TOGETHER * members(bucket, on_cpu=True)
    for start in range(0, len(courses), full):
        lanes = courses[start : start + full]
        cost = full * 2.0 ** _magnitude(bucket, lanes[-1])
        if pack and (worked + cost > PACK_WORK or len(pack) + full > MOST_COURSES):
            yield pack
            pack, worked = [], 0.0
        pack.extend(lanes)
        worked += cost
    if pack:
        yield pack


def _size(bucket: Bucket, courses: Sequence[Course], full: int) -> int:
    """Room for a full lane, unless the idle part would cost more than compiling a smaller one."""
    idle = (full - len(courses)) * max(work(bucket, course) for course in courses)
    if idle <= COMPILING:
        return full
    return max(_power_of_two(len(courses)), min(full, FEWEST_SEATS))


def _power_of_two(count: int) -> int:
    """The first that is at least the count."""
    return 1 << (count - 1).bit_length()


def _order(one: tuple[Bucket, Course]) -> tuple[object, ...]:
    """Alike ones side by side: a lane takes as long as the longest of its members."""
    bucket, course = one
    steps, layers = course.steps(bucket.train_rows), len(course.recipe.layers)
    return (*_kind(one)[1:], _magnitude(bucket, course), steps, layers, course.epochs)


def _magnitude(bucket: Bucket, course: Course) -> int:
    """Between which powers of two the work of a course lies: below the one of this exponent."""
    return frexp(work(bucket, course))[1]


def _kind(one: tuple[Bucket, Course]) -> tuple[Bucket, object]:
    bucket, course = one
    rows = course.rows if bucket.shared_rows else None
    activation = course.recipe.activation if course.recipe.layers else ""
    return bucket, (repr(bucket), activation, rows)


def _first_units(bucket: Bucket) -> int:
    return bucket.width if bucket.depth else bucket.outputs


def _weights(bucket: Bucket, layers: int) -> int:
    if layers == 0:
        return bucket.features * bucket.outputs
    between = (layers - 1) * bucket.width**2
    return (bucket.features + bucket.outputs) * bucket.width + between


def _cached_bytes(bucket: Bucket) -> int:
    """What a member needs in the cache at once: weights, gradient and optimizer state.

    Of looped layers that is one layer, read from its stack and written back.
    """
    each = 8 if bucket.precision == "float64" else 4
    rows = 4 * bucket.batch * max(bucket.width, 0 if bucket.sparse else bucket.features)
    if bucket.looped:
        return each * (6 * bucket.width**2 + rows)
    return each * (4 * _weights(bucket, bucket.depth) + rows)


def _resident_bytes(bucket: Bucket) -> int:
    """What a member needs in all."""
    each = 8 if bucket.precision == "float64" else 4
    rows = bucket.depth * 3 * bucket.batch * bucket.width
    own = 0 if bucket.shared_rows else bucket.rows * (bucket.features + 1)
    return each * (4 * _weights(bucket, bucket.depth) + rows + own + 2 * bucket.train_rows)
