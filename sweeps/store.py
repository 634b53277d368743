"""Where sweeps keep their state: one folder, `.sweeps` in the working folder by default."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Store:
    """A folder with the ledger, the checkpoints and the reports of its sweeps."""

    folder: Path

    @classmethod
    def at(cls, folder: Path | None = None) -> Store:
        """The store in `folder`, or in `.sweeps` under the working folder."""
        return cls((folder if folder is not None else Path(".sweeps")).absolute())

    @property
    def ledger_url(self) -> str:
        """The SQLAlchemy address of the ledger."""
        return f"sqlite:///{self.folder / 'ledger.db'}"

    def checkpoints(self, sweep_id: str) -> Path:
        """The folder of a sweep's checkpoints; it may not exist yet."""
        return self.folder / "checkpoints" / sweep_id

    def reports(self, sweep_id: str) -> Path:
        """The folder of a sweep's plots and tables; it may not exist yet."""
        return self.folder / "reports" / sweep_id
