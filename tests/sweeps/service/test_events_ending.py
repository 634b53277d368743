"""Streams of events that end, are refused, or wait until there is something to tell again."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from typing import Any

import pytest

from sweeps.errors import LedgerAwayError
from sweeps.service import event_look, events
from sweeps.service.events import Streams
from sweeps.service.problems import ProblemError
from tests.sweeps.service.api import Service, result
from tests.sweeps.service.following import QUICK, Told, done, end, read, short, taken


def test_streams_end_when_they_are_told_to(api: Service) -> None:
    sweep_id = api.submitted()

    async def follow() -> list[Told]:
        streams = Streams(api.desk, QUICK)
        async with streams.reading(sweep_id, None, "ann") as stream:
            found = await taken(stream, "sweep")
            threading.Thread(target=streams.close).start()
            found += [event async for chunk in stream for event in read(chunk.decode())]
            with pytest.raises(ProblemError, match="about to end"):
                async with streams.reading(sweep_id, None, "ann"):
                    pass
        return found

    assert [kind for kind, *_ in done(follow())] == ["sweep"]


@pytest.mark.parametrize(
    ("most", "each", "said"),
    [(1, 5, "1 streams are followed already"), (3, 1, "ann follows 1 streams already")],
)
def test_more_than_so_many_are_refused(api: Service, most: int, each: int, said: str) -> None:
    sweep_id = api.submitted()
    limits = replace(api.desk.settings.limits, streams=most, streams_each=each)
    desk = replace(api.desk, settings=replace(api.desk.settings, limits=limits))

    async def follow() -> None:
        streams = Streams(desk, QUICK)
        async with streams.reading(sweep_id, None, "ann"):
            with pytest.raises(ProblemError, match=said) as refused:
                async with streams.reading(sweep_id, None, "ann"):
                    pass
            assert refused.value.status == 503
            if most > 1:  # one user leaves some to others
                async with streams.reading(sweep_id, None, "bob"):
                    assert streams.open == 2
        async with streams.reading(sweep_id, None, "ann"):
            assert streams.open == 1

    done(follow())


def test_whoever_reads_too_slowly_is_let_go(api: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "BEHIND", 2)
    sweep_id = api.submitted()
    claim = api.begun(sweep_id)

    async def follow() -> list[Told]:
        async with Streams(api.desk, QUICK).reading(sweep_id, None, "ann") as stream:
            found = await taken(stream, "sweep")
            many = [result(number) for number in range(9)]
            api.ledger.begin(claim, [one.trial for one in many], {})
            api.ledger.commit(claim, [(one, 1) for one in many], {}, spent=1.0)
            await asyncio.to_thread(end, api, sweep_id, claim)
            await asyncio.sleep(20 * QUICK)
            return found + [event async for chunk in stream for event in read(chunk.decode())]

    told = done(follow())
    assert len(told) <= 4
    assert short(told)[-1][0] != "end"
    rest = api.client.get(f"/v1/sweeps/{sweep_id}/events", headers={"Last-Event-ID": told[-1][2]})
    numbers = [data["number"] for kind, data, _ in (*told, *read(rest.text)) if kind == "trial"]
    assert numbers == list(range(9))


def test_a_ledger_that_is_away_for_a_while_is_waited_for(
    api: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep_id = api.submitted()
    claim = api.begun(sweep_id)
    look = event_look.look
    failures: list[str] = []

    def now_and_then(*arguments: Any) -> Any:
        if len(failures) == 3:
            return look(*arguments)
        failures.append("away")
        raise LedgerAwayError("gone")

    async def follow() -> list[Told]:
        async with Streams(api.desk, QUICK).reading(sweep_id, None, "ann") as stream:
            monkeypatch.setattr(events, "look", now_and_then)
            await asyncio.to_thread(end, api, sweep_id, claim)
            return await taken(stream, "end")

    assert [kind for kind, *_ in done(follow())] == ["sweep", "sweep", "end"]
    assert len(failures) == 3


def test_a_sweep_that_is_removed_ends(api: Service) -> None:
    sweep_id = api.submitted()

    async def follow() -> list[Told]:
        async with Streams(api.desk, QUICK).reading(sweep_id, None, "ann") as stream:
            found = await taken(stream, "sweep")
            await asyncio.to_thread(api.ledger.remove, sweep_id)
            return found + await taken(stream, "end")

    assert done(follow())[-1][0] == "end"


def test_a_feed_that_has_failed_is_nobodys_any_more(
    api: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes then is told of the sweep all the same, by another feed."""
    sweep_id = api.ended([result(0)])
    look = event_look.look

    def fails(*arguments: Any) -> Any:
        monkeypatch.setattr(events, "look", look)
        raise RuntimeError("a mistake of ours")

    async def follow() -> list[Told]:
        reading = Streams(api.desk, QUICK).reading
        async with reading(sweep_id, None, "ann") as first:
            monkeypatch.setattr(events, "look", fails)
            assert [kind async for chunk in first for kind, *_ in read(chunk.decode())] == ["sweep"]
            async with reading(sweep_id, None, "ann") as second:
                return await taken(second, "end")

    assert short(done(follow())) == [("sweep", "finished"), ("end", sweep_id)]
