"""How often a client may ask."""

from __future__ import annotations

from sweeps.service.guards.rate import CLIENTS, Rates
from sweeps.service.problems import ProblemError
from sweeps.service.settings import Limits
from tests.sweeps.service.asgi import HOST, Asked, ask
from tests.sweeps.service.guards.behind import Told, behind


def test_clients_are_slowed_down_and_not_one_for_another() -> None:
    app = behind(Told(), limits=Limits(requests=0.001, burst=3))
    statuses = [ask(app, Asked()) for _ in range(5)]
    assert [one.status for one in statuses] == [200, 200, 200, 429, 429]
    assert int(statuses[-1].headers["retry-after"]) > 900
    assert ask(app, Asked(client=("10.0.0.1", 1))).status == 200
    forwarded = [HOST, ("x-forwarded-for", "10.0.0.9"), ("forwarded", "for=10.0.0.9")]
    assert ask(app, Asked(headers=forwarded)).status == 429


def test_what_foreign_pages_send_is_not_counted() -> None:
    app = behind(Told(), limits=Limits(requests=0.001, burst=1))
    for _ in range(5):
        assert ask(app, Asked(headers=[HOST, ("origin", "http://evil.example")])).status == 403
    assert ask(app, Asked()).status == 200


def test_a_bucket_fills_again_and_no_further() -> None:
    now = 0.0
    rates = Rates(Limits(requests=2.0, burst=4), lambda: now)

    def taken() -> int:
        for number in range(100):
            try:
                rates.take("ada")
            except ProblemError as refused:
                assert refused.status == 429
                return number
        raise AssertionError("never refused")

    assert taken() == 4
    assert taken() == 0
    now = 1.0
    assert taken() == 2
    now = 1_000.0
    assert taken() == 4


def test_buckets_are_no_more_than_fit() -> None:
    rates = Rates(Limits())
    for number in range(CLIENTS + 500):
        rates.take(str(number))
    assert len(rates) == CLIENTS


def test_one_network_is_one_client() -> None:
    app = behind(Told(), limits=Limits(requests=0.001, burst=1))
    assert ask(app, Asked(client=("2001:db8::1", 1))).status == 200
    assert ask(app, Asked(client=("2001:db8::2", 1))).status == 429
    assert ask(app, Asked(client=("2001:db8:0:1::2", 1))).status == 200


def test_addresses_of_ipv4_are_told_apart_at_a_socket_of_ipv6() -> None:
    app = behind(Told(), limits=Limits(requests=0.001, burst=1))
    assert ask(app, Asked(client=("::ffff:10.0.0.1", 1))).status == 200
    assert ask(app, Asked(client=("::ffff:10.0.0.2", 1))).status == 200
    assert ask(app, Asked(client=("10.0.0.1", 1))).status == 429
