"""`sweeps token`: who may use a service on this store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sweeps.cli.endings import BadInputError, complain, guarded
from sweeps.cli.flag_groups import with_groups
from sweeps.cli.options import AsJson
from sweeps.cli.screen import say, table
from sweeps.cli.store_flags import HERE, StoreFlags, StoreOption
from sweeps.wording import as_json as json_text
from sweeps.wording import moment

if TYPE_CHECKING:
    from sweeps.ledger.ledger import Ledger
    from sweeps.ledger.tokens import Token

Role = Annotated[
    Literal["viewer", "submitter", "admin"],
    typer.Option(
        "--role",
        help="A viewer looks; a submitter also submits sweeps and controls those; an admin "
        "controls everybody's.",
    ),
]
Expires = Annotated[
    str,
    typer.Option(
        "--expires",
        metavar="TIME",
        help="How long it is good: minutes, hours, days or weeks, as in 12h, 30d or 8w, or never.",
    ),
]


@guarded
def create(
    name: Annotated[
        str, typer.Argument(help="Whom it is for; sweeps are owned by that name.", metavar="NAME")
    ],
    store: StoreOption = HERE,
    role: Role = "submitter",
    expires: Expires = "90d",
) -> None:
    """Make a token and print it, this once.

    Once a store has a token, its service asks everybody for one.
    """
    from sweeps.ledger import tokens as ledger_tokens

    with _ledger(store) as ledger:
        try:
            token, text = ledger_tokens.create(
                ledger, name, role, ledger_tokens.lifetime_ms(expires)
            )
        except ValueError as error:
            raise BadInputError(str(error)) from error
    typer.echo(text)
    complain(
        f"token {token.id} of {token.name}, {token.role}, {_until(token)}; it is not kept, so keep "
        "it: clients take it from SWEEPS_TOKEN"
    )


@guarded
def ls(store: StoreOption = HERE, as_json: AsJson = False) -> None:
    """List the tokens of a store, without what is secret."""
    from sweeps.ledger import tokens as ledger_tokens

    with _ledger(store) as ledger:
        found = ledger_tokens.tokens(ledger)
    if as_json:
        say([json_text([asdict(token) for token in found])])
    elif not found:
        say([f"no tokens in {store.chosen.place} yet; `sweeps token create NAME` makes one"])
    else:
        cells = [_cells(token) for token in found]
        table(tuple(cells[0]), (tuple(each.values()) for each in cells))


@guarded
def revoke(
    token_id: Annotated[
        str, typer.Argument(help="Its id, as `sweeps token ls` shows it.", metavar="ID")
    ],
    store: StoreOption = HERE,
) -> None:
    """Let nobody in with this token any more.

    A service that runs obeys within a second. The sweeps of its name stay.
    """
    from sweeps.ledger import tokens as ledger_tokens

    with _ledger(store) as ledger:
        try:
            token = ledger_tokens.revoke(ledger, token_id)
        except LookupError as error:
            raise BadInputError(str(error.args[0])) from error
    say([f"revoked token {token.id} of {token.name}, {token.role}"])


group = typer.Typer(
    help="Who may use a service: make, list and revoke tokens.", no_args_is_help=True
)
COMMANDS: Mapping[str, Callable[..., None]] = {"create": create, "ls": ls, "revoke": revoke}
for name, command in COMMANDS.items():
    group.command(name)(with_groups(command))


@contextmanager
def _ledger(store: StoreFlags) -> Iterator[Ledger]:
    """The ledger of the store, made when it is missing: tokens may come before the service."""
    from sweeps.ledger.ledger import Ledger

    with closing(Ledger.open(store.chosen.ledger_url)) as ledger:
        yield ledger


def _cells(token: Token) -> dict[str, str]:
    return {
        "id": token.id,
        "name": token.name,
        "role": token.role,
        "made": moment(token.created_ms),
        "good": token.trouble or _until(token),
    }


def _until(token: Token) -> str:
    return "for ever" if token.expires_ms is None else f"until {moment(token.expires_ms)}"
