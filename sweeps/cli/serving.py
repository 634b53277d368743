"""`sweeps serve`."""

from __future__ import annotations

import typer

from sweeps.cli.endings import complain, guarded
from sweeps.cli.screen import say_if_heard
from sweeps.cli.service_flags import AS_IT_IS, ServiceOption
from sweeps.cli.store_flags import HERE, StoreOption


@guarded
def serve(store: StoreOption = HERE, service: ServiceOption = AS_IT_IS) -> None:
    """Take sweeps in over HTTP, queue them and run them.

    Until Ctrl-C or SIGTERM: then sweeps finish what is under way, and go on when the service is
    started again; a second Ctrl-C ends them at once. Started anew after a crash, it takes up what
    ran.
    """
    settings = service.settings(store.chosen)
    from sweeps.service.only_one import ServingError
    from sweeps.service.serving import serve as served

    try:
        code = served(settings, lambda line: say_if_heard([line]))
    except ServingError as error:
        complain(str(error))
        raise typer.Exit(error.exit_code) from error
    raise typer.Exit(code)
