"""A subject that is the user's own code: any names in its configurations, epochs if it has any."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sweeps.subjects.subject import Spec
from sweeps.sweep import SubjectChoice
from sweeps.trial import Config

EPOCHS = 10
"""Epochs of a model whose configurations do not say; those of the built-in networks as well."""


@dataclass(frozen=True)
class OwnCode:
    """The user's model, estimator or function, and the folder where its module is looked for."""

    choice: SubjectChoice
    folder: str

    def read(self, config: Config) -> Spec:
        """See `Subject.read`: nothing but `epochs` is looked at."""
        epochs = config.get("epochs", EPOCHS if self.choice.kind == "model" else 1)
        if not isinstance(epochs, int) or isinstance(epochs, bool) or epochs < 1:
            raise ValueError(f"epochs: {epochs!r} is not a whole number of at least 1")
        own = {name: value for name, value in config.items() if name != "epochs"}
        identity = [self.choice.kind, self.choice.path, own]
        return Spec(json.dumps(identity, sort_keys=True, allow_nan=False), epochs)
