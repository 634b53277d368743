"""Commands print the same of a store and of a service over it, and end with the same codes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest
from typer.testing import CliRunner, Result

from sweeps.cli.app import app
from tests.sweeps.client.listening import listening
from tests.sweeps.client.stock import Stock, stocked
from tests.sweeps.service.api import service

KINDS = (
    "done",
    "failing",
    "hopeless",
    "pruned",
    "front",
    "confirmed",
    "interrupted",
    "stopped",
    "running",
    "crashed",
    "first",
    "second",
)
LOOKS = {
    "status": ("status", "{}"),
    "status as JSON": ("status", "{}", "--json"),
    "best": ("best", "{}"),
    "best as JSON": ("best", "{}", "--json"),
    "logs": ("logs", "{}"),
    "logs as JSON": ("logs", "{}", "--json"),
    "a trial": ("logs", "{}/2"),
    "a trial as JSON": ("logs", "{}/2", "--json"),
    "its service's log": ("logs", "{}", "--service"),
}
ONLY_THE_QUEUE_KNOWS = re.compile(r"(waiting|next|\d+\w\w to begin)(?=, )|\"position\": \w+")
"""A store does not say when a sweep is going to begin: whoever runs the queue does."""

NOT_THERE = re.compile(r": sweeps sync .*")
"""What is done on the service's machine alone is not offered to others."""


@dataclass
class Both:
    """A store, and a service over it."""

    stock: Stock
    url: str

    def here(self, *words: str) -> Result:
        return self._run(*words, "--store", str(self.stock.store.folder))

    def there(self, *words: str) -> Result:
        return self._run(*words, "--server", self.url)

    def _run(self, *words: str) -> Result:
        return CliRunner().invoke(app, words, prog_name="sweeps")

    def agree(self, *words: str) -> Result:
        """What the service's client said, after it was held against what is said of the store."""
        here, there = self.here(*words), self.there(*words)
        assert not isinstance(there.exception, Exception), there.exception
        assert self._plain(there.stdout) == self._plain(here.stdout)
        assert self._plain(there.stderr) == self._plain(here.stderr)
        assert there.exit_code == here.exit_code
        return there

    def _plain(self, said: str) -> str:
        same = said.replace(f"--server {self.url}", "PLACE")
        same = same.replace(f"--store {self.stock.store.folder}", "PLACE")
        return NOT_THERE.sub("", ONLY_THE_QUEUE_KNOWS.sub("", same))


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    stock = stocked(tmp_path_factory.mktemp("both") / "store")
    found = service(stock.store)
    with closing(found.ledger), listening(found.app) as url:
        yield Both(stock, url)


ALWAYS = {
    *((look, "confirmed") for look in LOOKS),
    *(("status", kind) for kind in ("front", "running", "first")),
    ("best", "front"),
    ("best", "hopeless"),
    ("a trial", "failing"),
}
"""Pairs that are looked at in every run of the tests; the others are slow together."""

OF_EVERY_KIND = ("status", "best", "logs")
"""What a kind of sweep changes the words of; what else there is reads the same answers."""

PAIRS = [
    pytest.param(look, kind, marks=() if (look, kind) in ALWAYS else pytest.mark.slow)
    for look in LOOKS
    for kind in (KINDS if look in OF_EVERY_KIND else ("failing", "front", "confirmed", "first"))
]


@pytest.mark.parametrize(("look", "kind"), PAIRS)
def test_a_look_at_a_sweep(both: Both, look: str, kind: str) -> None:
    sweep_id = both.stock.ids[kind]
    both.agree(*(word.format(sweep_id) for word in LOOKS[look]))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["confirmed", "front", "crashed"])
def test_watching_what_nobody_runs(both: Both, kind: str) -> None:
    assert both.agree("watch", both.stock.ids[kind]).stdout != ""


@pytest.mark.parametrize("words", [("ls",), ("ls", "--json")])
def test_a_list_with_the_owners(both: Both, words: tuple[str, ...]) -> None:
    said = both.agree(*words).stdout
    assert "ann" in said
    assert "bob" in said


@pytest.mark.parametrize("typed", ["latest", "front", "nosuch"])
def test_what_is_typed_for_an_id(both: Both, typed: str) -> None:
    both.agree("status", typed)


@pytest.mark.parametrize("typed", ["", "a/b", "..", "%2F", "ü", "done and more"])
def test_what_would_be_another_path(both: Both, typed: str) -> None:
    done = both.there("status", typed)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"no sweep {typed!r} in this store")


@pytest.mark.slow
def test_an_id_that_may_be_several(both: Both) -> None:
    beginnings = Counter(sweep_id[0] for sweep_id in both.stock.ids.values())
    for beginning, _ in beginnings.most_common(2):
        both.agree("status", beginning)


@pytest.mark.slow
def test_commands_that_cannot_be(both: Both) -> None:
    ids = both.stock.ids
    for words in (
        ("pause", ids["done"]),
        ("pause", ids["interrupted"]),
        ("stop", ids["done"]),
        ("cancel", ids["stopped"]),
        ("retry", ids["done"], "--failed"),
        ("retry", ids["failing"], "--reason", "timed_out"),
        ("retry", ids["stopped"], "--failed"),
        ("retry", ids["running"], "--failed"),
        ("extend", ids["done"], "--trials", "3"),
        ("extend", ids["stopped"], "--trials", "3"),
    ):
        assert both.agree(*words).exit_code in (1, 2)
