"""Running a race: its sweeps one after the other, where one executor trains all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Unpack

from sweeps import coordinator
from sweeps.coordinator import open_slots
from sweeps.executors.executor import Slots
from sweeps.options import Options, place_of
from sweeps.parts import Parts
from sweeps.race.entrants import sweep_for
from sweeps.race.race import Place, Race, entry_to_json
from sweeps.race.standing import Standing, standing_of
from sweeps.store import Store
from sweeps.watcher import Silent, Summary

Begin = Callable[[Race, Place], None]
"""Told which sweep comes next."""


def run(
    standing: Standing, begin: Begin, **options: Unpack[Options]
) -> tuple[Standing, Summary | None]:
    """Run what is missing of a race; how far it is then, and the summary of the sweep run last.

    Goes on as long as each sweep finishes. Those that were begun before are resumed. Raises what
    `coordinator.run` and `coordinator.resume` raise.
    """
    race, summary = standing.race, None
    if not standing.missing:
        return standing, None
    store = options.get("store") or Store.at()
    trainer = Parts.of(sweep_for(race, standing.missing[0])).trainer
    tell = (options.get("watcher") or Silent()).said
    with open_slots(trainer, options, tell) as slots:
        for place in standing.missing:
            begin(race, place)
            summary = _run_one(standing, place, slots, options)
            # Ctrl-C in its last trials leaves a sweep finished, and is meant for the race.
            if summary.ending != "finished" or summary.signal is not None:
                break
    return standing_of(store.ledger_url, race.race_id), summary


def _run_one(standing: Standing, place: Place, slots: Slots, options: Options) -> Summary:
    entry = entry_to_json(standing.race, place)
    where = place_of(options)
    shared: Options = {**options, "executor": slots, "place": where, "race": entry}
    row = standing.rows.get(place)
    if row is not None:
        return coordinator.resume(row.sweep_id, **shared)
    return coordinator.run(sweep_for(standing.race, place), **shared)
