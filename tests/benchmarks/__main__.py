"""Measures, prints tables, and writes everything as JSON.

python -m tests.benchmarks                        # a sample of each peer's work
python -m tests.benchmarks --full                 # all of it
python -m tests.benchmarks --only speed,scaling --json speed.json
"""

from __future__ import annotations

import argparse
import signal
import tempfile
from pathlib import Path

from tests.benchmarks.bench import Bench, Options
from tests.benchmarks.course import NAMES, sections
from tests.benchmarks.figures import Report, Section
from tests.benchmarks.machine import this_machine
from tests.benchmarks.table import lines_of, machine_lines


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description="How fast sweeps are, beside other tools."
    )
    parser.add_argument(
        "--only", type=_names, default=NAMES, metavar="NAME,…", help=f"of {', '.join(NAMES)}"
    )
    parser.add_argument("--json", type=Path, default=Path("benchmark.json"), metavar="PATH")
    parser.add_argument("--full", action="store_true", help="all 199 fits of each peer")
    parser.add_argument("--fits", type=int, default=20, help="the sample of each peer's work")
    parser.add_argument("--rounds", type=int, default=3, help="how often each of ours is measured")
    parser.add_argument("--repeats", type=int, default=20, help="of the five experiments")
    parser.add_argument("--trainer", default="fused", help="ours")
    return parser.parse_args(arguments)


def _names(given: str) -> tuple[str, ...]:
    names = tuple(given.split(","))
    for name in names:
        if name not in NAMES:
            raise argparse.ArgumentTypeError(f"{name!r} is not one of {', '.join(NAMES)}")
    return names


def main(arguments: list[str] | None = None) -> int:
    """0, or 1 when a section failed; a target that is not reached is no failure."""
    signal.signal(signal.SIGTERM, _end_in_order)
    given = vars(parsed(arguments))
    path: Path = given.pop("json")
    options = Options(**given)
    machine = this_machine()
    print("\n".join(machine_lines(machine)), flush=True)
    found: list[Section] = []
    with tempfile.TemporaryDirectory(prefix="sweeps-benchmark-") as folder:
        for section in sections(Bench(options, Path(folder))):
            print("\n".join(lines_of(section)), flush=True)
            found.append(section)
            Report(machine, given, found).write(path)
    print(f"written to {path}")
    return 1 if any(section.state == "failed" for section in found) else 0


def _end_in_order(number: int, _: object) -> None:
    """As Ctrl-C: what is being measured ends too, and its folder is removed."""
    raise SystemExit(128 + number)


if __name__ == "__main__":
    raise SystemExit(main())
