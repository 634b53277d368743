from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Coroutine
from dataclasses import replace
from itertools import groupby
from typing import Any

import pytest

from sweeps.errors import LedgerAwayError
from sweeps.ledger import jobs as ledger_jobs
from sweeps.service import event_look, events
from sweeps.service.events import Streams
from sweeps.service.problems import ProblemError
from sweeps.service.running.session_log import log_file
from tests.sweeps.service.api import Service, result

QUICK = 0.01
LONG = 30.0

Told = tuple[str, Any, str]
"""Kind, data, id."""


def done(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(work, LONG))


def read(text: str) -> list[Told]:
    """The events of a stream's text; comments are `beat`s."""
    found: list[Told] = []
    for block in text.split("\n\n")[:-1]:
        if block.startswith(":"):
            found.append(("beat", None, ""))
            continue
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        found.append((fields["event"], json.loads(fields["data"]), fields["id"]))
    return found


async def taken(stream: AsyncIterator[bytes], until: str) -> list[Told]:
    """What comes, up to the first of that kind."""
    found: list[Told] = []
    async for chunk in stream:
        found += read(chunk.decode())
        if found[-1][0] == until:
            break
    return found


def short(told: list[Told]) -> list[tuple[str, Any]]:
    """Kinds, with what tells the event from others of the kind."""
    told_by = {"sweep": "state", "trial": "number", "end": "sweep_id"}
    return [(kind, data[told_by[kind]] if kind in told_by else data) for kind, data, _ in told]


def say(api: Service, sweep_id: str, line: str) -> None:
    log = log_file(api.store, sweep_id)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a") as file:
        file.write(f"{line}\n")


def end(api: Service, sweep_id: str, claim: Any) -> None:
    api.ledger.end(claim, "finished", spent=1.0)
    api.ledger.release(claim)
    job = ledger_jobs.job_of(api.ledger, sweep_id)
    assert job is not None
    assert ledger_jobs.change(api.ledger, job, state="over")


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


@pytest.mark.parametrize("event_id", ["", "x", "1-2", "1-2-3-4", "-1-2-3"])
def test_an_id_that_no_event_has_is_refused(api: Service, event_id: str) -> None:
    sweep_id = api.ended()
    headers = {"Last-Event-ID": event_id}
    assert api.client.get(f"/v1/sweeps/{sweep_id}/events", headers=headers).status_code == 422
