"""What goes wrong between a client and a service.

LedgerError
  ServiceError          it answers what no service of this version would
    NoServiceError      what answers there is something else
    AwayError           nobody answers; that may pass (a LedgerAwayError, too)
AddressError            an address or a token that cannot be used: the user's to mend
RefusedError            the service says no, in its own words
"""

from __future__ import annotations

from sweeps.errors import LedgerAwayError, LedgerError


class ServiceError(LedgerError):
    """A service's answer cannot be understood; the message says what to do, in one line."""


class NoServiceError(ServiceError):
    """What answers at the address is not a service of sweeps."""


class AwayError(ServiceError, LedgerAwayError):
    """Nobody answers at the address: that may pass."""


class AddressError(ValueError):
    """An address of a service, or a token, that cannot be used; one line."""


class RefusedError(Exception):
    """A problem that a service has answered.

    `status` is HTTP's, `exit_code` what a command ends with that meets it, `lines` a traceback of
    the user's own code where that is what failed.
    """

    def __init__(self, status: int, detail: str, exit_code: int, lines: str = "") -> None:
        self.status = status
        self.exit_code = exit_code
        self.lines = lines
        super().__init__(detail)
