"""That a service is of another version than who asks it, which its refusals alone would not say."""

from __future__ import annotations

import re

from sweeps import __version__
from sweeps.client.errors import NoServiceError, RefusedError

UNKNOWN_QUERY = re.compile(r"query\.\w+: unknown; known here: ")
"""What a service says of a parameter that it does not know; nobody types these by hand."""


def is_of_another(refused: RefusedError) -> bool:
    """Whether no service of this version would refuse so."""
    return refused.status == 422 and UNKNOWN_QUERY.match(str(refused)) is not None


def other_version(url: str, theirs: str | None, refused: RefusedError) -> NoServiceError:
    """The refusal with both versions; None where the service did not say its own."""
    compared = (
        f"than this command, although both are called {__version__}"
        if theirs == __version__
        else f"({theirs or 'which one is unknown'}) than this command ({__version__})"
    )
    return NoServiceError(f"the service at {url} is of another version {compared}: {refused}")
