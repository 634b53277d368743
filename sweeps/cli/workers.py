"""`sweeps workers`: what a service trains, where, and how much room it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sweeps.cli.at_work_lines import at_work_lines
from sweeps.cli.endings import BadInputError, guarded
from sweeps.cli.options import AsJson
from sweeps.cli.screen import say, table
from sweeps.cli.store_flags import ELSEWHERE, ServerOption
from sweeps.client.address import SERVER
from sweeps.wording import as_json as json_text
from sweeps.wording import count, moment

UNKNOWN = "-"


@guarded
def workers(store: ServerOption = ELSEWHERE, as_json: AsJson = False) -> None:
    """Show what a service trains, its slots, machines and GPUs."""
    if store.service is None:
        raise BadInputError(f"workers of which service? name it with --server or {SERVER}")
    from sweeps.cli.distant import connected
    from sweeps.client.info import understood

    with connected(store) as distant:
        queue = distant.connection.get("/v1/queue")
        found = distant.connection.get("/v1/workers")
    if as_json:
        say([json_text({"queue": queue, **found})])
        return
    with understood(store.service):
        said = [*_room(queue), *_cluster(found["cluster"])]
        machines = [_machine(one) for one in found["nodes"]]
        trained = list(_trained(found["workers"]))
    say(said)
    if machines:
        table(("machine", "cores", "free", "GPUs", "free", "memory", "free"), machines)
    say(trained or [_not_shown(queue)])


def _not_shown(queue: Mapping[str, Any]) -> str:
    """Why no trial is listed: there is none, or each is over too soon to be told of."""
    if not queue["used"]:
        return "nothing is trained at the moment"
    return "trials are listed after some seconds, and none has taken that long yet"


def _room(queue: Mapping[str, Any]) -> Iterator[str]:
    waiting = sum(job["state"] == "waiting" for job in queue["jobs"])
    yield (
        f"{queue['used']:,} of {count(queue['slots'], 'slot')} taken, "
        f"{count(waiting, 'sweep')} {'waits' if waiting == 1 else 'wait'}"
    )
    for gpu, sweep_id in queue["gpus"].items():
        yield f"GPU {gpu}: {'free' if sweep_id is None else f'sweep {sweep_id}'}"
    if queue["draining"]:
        yield "the service is about to end: nothing more is begun"
    if queue["trouble"]:
        yield f"nothing is begun at the moment: {queue['trouble']}"


def _cluster(found: Mapping[str, Any] | None) -> Iterator[str]:
    if found is None:
        return
    since = "" if found["since_ms"] is None else f" since {moment(found['since_ms'])}"
    reached = "reached" if found["reachable"] else "out of reach"
    cause = f": {found['cause']}" if found["cause"] else ""
    yield f"Ray cluster {found['address']}: {reached}{since}{cause}"


def _machine(node: Mapping[str, Any]) -> list[str]:
    name = node["name"] + (" (head)" if node["is_head"] else "")
    kinds = f" {', '.join(node['gpu_kinds'])}" if node["gpu_kinds"] else ""
    return [
        name if node["alive"] else f"{name}, gone",
        _number(node["cpus"]),
        _number(node["cpus_free"]),
        f"{_number(node['gpus'])}{kinds}",
        _number(node["gpus_free"]),
        _memory(node["memory_gb"]),
        _memory(node["memory_free_gb"]),
    ]


def _number(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:g}"


def _memory(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:g} GB"


def _trained(found: list[Mapping[str, Any]]) -> Iterator[str]:
    """What every slot trains, sweep by sweep."""
    from sweeps.watcher import AtWork

    sweeps: dict[tuple[str, str], list[AtWork]] = {}
    for one in found:
        fields = {name: one[name] for name in AtWork.__dataclass_fields__}
        sweeps.setdefault((one["name"], one["sweep_id"]), []).append(AtWork(**fields))
    for (name, sweep_id), live in sweeps.items():
        yield f"{name} {sweep_id}:"
        yield from (f"  {line}" for line in at_work_lines(live, len(live)))
