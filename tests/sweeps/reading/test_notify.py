from __future__ import annotations

from typing import Any

import pytest

from sweeps.describing import define
from sweeps.errors import SweepError
from sweeps.reading.notify import host_of, without_addresses
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Notify, Sweep

DOCUMENT: dict[str, Any] = {"task": "penguins", "space": {"width": [16, 32]}}
SECRET = "https://hooks.example/services/T0/s3cr3t?token=1"


def read(notify: Any) -> Sweep:
    return read_sweep({**DOCUMENT, "notify": notify})


def test_nobody_by_default() -> None:
    assert read_sweep(DOCUMENT).notify == ()
    assert read([]).notify == ()


def test_a_command_in_words_or_as_a_text() -> None:
    words = Notify(("notify-send", "the sweep", "--urgent"))
    assert read({"command": ["notify-send", "the sweep", "--urgent"]}).notify == (words,)
    assert read({"command": "notify-send 'the sweep' --urgent"}).notify == (words,)


def test_several_each_with_its_events() -> None:
    given = [{"webhook": SECRET, "on": ["end", "failure"]}, {"command": "tell", "on": "best"}]
    assert read(given).notify == (
        Notify((), SECRET, ("end", "failure")),
        Notify(("tell",), None, ("best",)),
    )


def test_both_ways_for_one() -> None:
    assert read({"command": "tell", "webhook": "${HOOK}"}).notify == (Notify(("tell",), "${HOOK}"),)


def test_what_is_read_again_is_the_same() -> None:
    sweep = read([{"webhook": "${HOOK}", "on": ["end"]}])
    assert read_sweep(sweep.document) == sweep


@pytest.mark.parametrize(
    ("notify", "said"),
    [
        ("tell", "notify: write `command: …` or `webhook: …` under it"),
        ([{"command": "a"}, {}], "notify.1: says nobody"),
        ({"on": "end"}, "notify: says nobody"),
        ({"command": ""}, "notify.command: is empty"),
        ({"command": []}, "notify.command: is empty"),
        ({"command": "a 'b"}, 'notify.command: "a \'b": No closing quotation'),
        ({"command": [1]}, "notify.command: [1] is not a command"),
        ({"command": ["a", "b\0"]}, "notify.command: is no command"),
        ({"command": "a", "on": "never"}, "notify.on: 'never' is none of end, failure, best"),
        ({"command": "a", "on": []}, "notify.on: is empty"),
        ({"command": "a", "shell": True}, "notify.shell: unknown key 'shell'"),
        ({"webhook": 3}, "notify.webhook: is not an address"),
        ({"webhook": "ftp://h/s3cr3t"}, "notify.webhook: is not an address that begins with"),
        ({"webhook": "https://me:s3cr3t@h/"}, "notify.webhook: has a name or password in it"),
        ({"webhook": "https://h/s3cr3t\n"}, "notify.webhook: has characters"),
        ({"webhook": "https://[h/s3cr3t"}, "notify.webhook: is not an address"),
        ({"webhook": "x${HOOK}"}, "notify.webhook: is not an address"),
        ([{"command": "a"}] * 11, "notify: 11 to be told; 10 at most"),
    ],
)
def test_what_is_refused(notify: Any, said: str) -> None:
    with pytest.raises(SweepError) as error:
        read(notify)
    told = str(error.value)
    assert told.startswith(said)
    assert "s3cr3t" not in told


def test_others_see_the_host_only() -> None:
    sweep = read([{"webhook": SECRET}, {"webhook": "${HOOK}"}, {"command": "tell"}])
    shown = without_addresses(sweep.document)
    assert shown["notify"] == [
        {"webhook": "https://hooks.example/…"},
        {"webhook": "${HOOK}"},
        {"command": "tell"},
    ]
    assert sweep.document["notify"][0]["webhook"] == SECRET
    assert without_addresses(read({"webhook": SECRET}).document)["notify"] == {
        "webhook": "https://hooks.example/…"
    }
    assert without_addresses(DOCUMENT) == DOCUMENT
    for told in ("curl -H 's3cr3t: 1' x", ["curl", "-H", "s3cr3t: 1"]):
        several = without_addresses(read([{"command": told}, {"command": "tell"}]).document)
        assert several["notify"] == [{"command": ["curl", "…"]}, {"command": "tell"}]
    assert host_of("http://h:8080/s") == "http://h/…"


def test_the_same_in_python() -> None:
    defined = define(**DOCUMENT, notify=[{"command": "tell", "on": ["end"]}])
    assert defined.notify == (Notify(("tell",), None, ("end",)),)
