"""How fast packs of a kind are trained, from what some of them took."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from sweeps.price.loads import Load


@dataclass(frozen=True)
class Taken:
    """What a pack took: wall time, processor time, GPU time, and the most memory meanwhile."""

    seconds: float
    core_seconds: float
    gpu_seconds: float = 0.0
    peak_bytes: float = 0.0


@dataclass(frozen=True)
class Tried:
    """A pack that was trained, in part (`whole` is false) or to its end."""

    load: Load
    taken: Taken
    whole: bool = True


@dataclass(frozen=True)
class Pace:
    """A kind's: seconds of a fit whatever its length, and of a unit of work; cores' likewise.

    `gpus` are those that are set aside for it meanwhile. What the first pack takes besides
    (imports, rows, programs that are kept) is not in it.
    """

    a_fit: float
    a_unit: float
    cores_a_fit: float
    cores_a_unit: float
    gpus: float = 0.0

    @classmethod
    def of(cls, tried: Sequence[Tried]) -> Pace:
        """From packs of one kind that found their programs loaded."""
        fits = [float(one.load.fits) for one in tried]
        a_fit, a_unit = line(fits, [x.load.work for x in tried], [x.taken.seconds for x in tried])
        cores = line(fits, [x.load.labour for x in tried], [x.taken.core_seconds for x in tried])
        whole = sum(one.taken.seconds for one in tried)
        gpus = sum(one.taken.gpu_seconds for one in tried) / whole if whole > 0 else 0.0
        return cls(a_fit, a_unit, *cores, gpus)

    def taken(self, load: Load, stages: int = 1) -> Taken:
        """What a pack will take that is trained in so many stages."""
        seconds = self.a_fit * load.fits * stages + self.a_unit * load.work
        cores = self.cores_a_fit * load.fits * stages + self.cores_a_unit * load.labour
        return Taken(seconds, cores, self.gpus * seconds)


@dataclass
class Trials:
    """What was tried of each kind, and what the first of a kind took besides."""

    tried: dict[Hashable, list[Tried]] = field(default_factory=dict)
    loading: dict[Hashable, Taken] = field(default_factory=dict)

    def paces(self) -> Mapping[Hashable, Pace]:
        """By kind."""
        return {kind: Pace.of(tried) for kind, tried in self.tried.items() if tried}

    def loads_like(self, kind: Hashable) -> Taken:
        """What a kind takes at first; of one that was not tried, what others take on average.

        The very first loads libraries and rows as well, so it is no example.
        """
        known = self.loading.get(kind)
        if known is not None:
            return known
        others = list(self.loading.values())[1:]
        if not others:
            return Taken(0.0, 0.0)
        return Taken(
            fmean(one.seconds for one in others), fmean(one.core_seconds for one in others)
        )


def line(
    firsts: Sequence[float], seconds: Sequence[float], values: Sequence[float]
) -> tuple[float, float]:
    """The (a, b), neither below 0, for which `a * first + b * second` is closest to the values.

    By least squares of the relative errors, so that short packs count as long ones do.
    """
    rows = [
        (first / value, second / value)
        for first, second, value in zip(firsts, seconds, values, strict=True)
        if value > 0
    ]
    if not rows:
        return 0.0, 0.0
    xx = sum(x * x for x, _ in rows)
    yy = sum(y * y for _, y in rows)
    xy = sum(x * y for x, y in rows)
    x_sum, y_sum = sum(x for x, _ in rows), sum(y for _, y in rows)
    determinant = xx * yy - xy * xy
    if determinant > 1e-9 * xx * yy:
        a = (x_sum * yy - y_sum * xy) / determinant
        b = (y_sum * xx - x_sum * xy) / determinant
        if a >= 0 and b >= 0:
            return a, b
    # With one of them at 0, the better one: what it explains of the sum of squares.
    if yy > 0 and (xx == 0 or y_sum * y_sum / yy >= x_sum * x_sum / xx):
        return 0.0, y_sum / yy
    return x_sum / xx, 0.0
