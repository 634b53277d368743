"""A sweep followed as it goes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Annotated, Literal

from anyio import to_thread
from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from sweeps.service.event_look import ID, Cursor
from sweeps.service.events import Streams
from sweeps.service.identity import while_known
from sweeps.service.routes.answers import OF_SWEEP, AtDesk, SweepId, Viewer, problems

router = APIRouter(prefix="/v1/sweeps/{sweep}", tags=["results"])

EVENT = {
    "type": "object",
    "properties": {
        "event": {"enum": ["sweep", "trial", "said", "end"]},
        "id": {"type": "string", "pattern": f"^{ID.pattern}$"},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
    "required": ["event", "id", "data"],
}
SAID = (
    "`sweep`: how it stands (SweepInfo), first and whenever that has changed. `trial`: one that "
    "has its result (TrialInfo, in brief). `said`: a line of what the process that runs it says. "
    "`end`: nobody runs it, and it does not wait; nothing follows. Comments come in between."
)


class EventStream(StreamingResponse):
    """Gives back what a stream holds when it ends, however that is."""

    media_type = "text/event-stream"

    def __init__(self, stack: AsyncExitStack, told: AsyncIterator[bytes]) -> None:
        super().__init__(told, headers={"X-Accel-Buffering": "no"})
        self._stack = stack

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        async with self._stack:
            await super().__call__(scope, receive, send)


@router.get(
    "/events",
    status_code=200,
    response_class=EventStream,
    responses={
        200: {
            "content": {"text/event-stream": {"schema": EVENT}},
            "description": SAID,
        },
        **problems(*OF_SWEEP),
    },
)
async def events(
    sweep: SweepId,
    request: Request,
    desk: AtDesk,
    who: Viewer,
    since: Annotated[
        Literal["now", "start"], Query(description="From where on, without Last-Event-ID")
    ] = "now",
    last_event_id: Annotated[
        str | None, Header(pattern=f"^{ID.pattern}$", description="Go on after that event")
    ] = None,
) -> EventStream:
    """What happens to a sweep, as server-sent events."""
    sweep_id = await to_thread.run_sync(desk.id_of, sweep)
    after = None if since == "now" else Cursor()
    if last_event_id is not None:
        after = Cursor.read(last_event_id)
    streams: Streams = request.app.state.streams
    async with AsyncExitStack() as stack:
        told = await stack.enter_async_context(streams.reading(sweep_id, after, who.name))
        heard = while_known(told, request.app.state.identities, request.headers)
        return EventStream(stack.pop_all(), heard)
