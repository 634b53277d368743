from __future__ import annotations

import asyncio
from itertools import groupby
from typing import Any

import pytest

from sweeps.service import event_look
from sweeps.service.events import Streams
from tests.sweeps.service.api import Service, result
from tests.sweeps.service.following import LONG, QUICK, Told, done, end, read, say, short, taken


def test_a_sweep_is_followed_from_its_queue_to_its_end(api: Service) -> None:
    sweep_id = api.submitted()

    async def follow() -> list[Told]:
        async with Streams(api.desk, QUICK).reading(sweep_id, None, "ann") as stream:
            found = await taken(stream, "sweep")
            claim = await asyncio.to_thread(api.begun, sweep_id)
            found += await taken(stream, "sweep")
            await asyncio.to_thread(say, api, sweep_id, "one of two")
            found += await taken(stream, "said")
            for number in range(2):
                await asyncio.to_thread(ends, claim, number)
                found += await taken(stream, "sweep")
            await asyncio.to_thread(end, api, sweep_id, claim)
            found += [event async for chunk in stream for event in read(chunk.decode())]
        return found

    def ends(claim: Any, number: int) -> None:
        one = result(number)
        api.ledger.begin(claim, [one.trial], {})
        api.ledger.commit(claim, [(one, 1)], {}, spent=1.0)

    told = [event for event in short(done(follow())) if event != ("sweep", "running")]
    # What there is to say of a sweep changes more often than its state.
    assert [event for event, _ in groupby(told)] == [
        ("sweep", "queued"),
        ("said", "one of two"),
        ("trial", 0),
        ("trial", 1),
        ("sweep", "finished"),
        ("end", sweep_id),
    ]


def test_whoever_comes_back_goes_on_after_the_last_event(api: Service) -> None:
    sweep_id = api.submitted()
    claim = api.begun(sweep_id, [result(number) for number in range(3)])
    for line in ("one", "two"):
        say(api, sweep_id, line)
    end(api, sweep_id, claim)
    everything = read(api.client.get(f"/v1/sweeps/{sweep_id}/events?since=start").text)
    assert short(everything) == [
        ("sweep", "finished"),
        ("said", "one"),
        ("said", "two"),
        ("trial", 0),
        ("trial", 1),
        ("trial", 2),
        ("end", sweep_id),
    ]
    for place, (kind, _, event_id) in enumerate(everything):
        if kind == "trial":
            again = api.client.get(
                f"/v1/sweeps/{sweep_id}/events", headers={"Last-Event-ID": event_id}
            )
            assert read(again.text)[1:] == everything[place + 1 :]


def test_from_now_on_nothing_old_is_told(api: Service) -> None:
    sweep_id = api.ended([result(0), result(1, None)])
    say(api, sweep_id, "old")
    answer = api.client.get(f"/v1/sweeps/{sweep_id}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert short(read(answer.text)) == [("sweep", "finished"), ("end", sweep_id)]


def test_a_long_history_comes_in_pieces_and_whole(
    api: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_look, "AT_ONCE", 2)
    sweep_id = api.ended([result(number) for number in range(7)])
    told = short(read(api.client.get(f"/v1/sweeps/{sweep_id}/events?since=start").text))
    assert told[1:-1] == [("trial", number) for number in range(7)]


def test_many_who_follow_one_sweep_share_its_feed(api: Service) -> None:
    sweep_id = api.submitted()
    claim = api.begun(sweep_id, running=1)

    async def follow() -> list[list[Told]]:
        streams = Streams(api.desk, QUICK)
        reading = streams.reading
        async with (
            reading(sweep_id, None, "ann") as first,
            reading(sweep_id, None, "ann") as second,
        ):
            assert (streams.open, len(streams._feeds)) == (2, 1)
            waiting = [asyncio.create_task(taken(one, "end")) for one in (first, second)]
            await asyncio.to_thread(end, api, sweep_id, claim)
            found = await asyncio.gather(*waiting)
        assert streams.open == 0
        assert streams._feeds == {}
        return found

    one, other = done(follow())
    assert one == other


def test_whoever_comes_when_it_is_over_for_others_is_told_so_too(api: Service) -> None:
    sweep_id = api.ended([result(0)])

    async def follow() -> list[Told]:
        streams = Streams(api.desk, QUICK)
        reading = streams.reading
        async with reading(sweep_id, None, "ann") as slow:
            feed = streams._feeds[sweep_id]
            while not feed.over:
                await asyncio.sleep(QUICK)
            async with reading(sweep_id, None, "ann") as late:
                found = await taken(late, "end")
            assert await taken(slow, "end") == found
        return found

    assert short(done(follow())) == [("sweep", "finished"), ("end", sweep_id)]


def test_to_whom_nothing_happens_a_sign_of_life_is_sent(api: Service) -> None:
    sweep_id = api.submitted()

    async def follow() -> list[Told]:
        async with Streams(api.desk, pace=LONG, beat=QUICK).reading(
            sweep_id, None, "ann"
        ) as stream:
            return await taken(stream, "beat")

    assert [kind for kind, *_ in done(follow())] == ["sweep", "beat"]


@pytest.mark.parametrize("event_id", ["", "x", "1-2", "1-2-3-4", "-1-2-3"])
def test_an_id_that_no_event_has_is_refused(api: Service, event_id: str) -> None:
    sweep_id = api.ended()
    headers = {"Last-Event-ID": event_id}
    assert api.client.get(f"/v1/sweeps/{sweep_id}/events", headers=headers).status_code == 422
