"""Callbacks of the user's own, made afresh for every fit: they remember what they have seen."""

from __future__ import annotations

from typing import Any

from search_spaces.values import shown
from sweeps.subjects.own_code import OwnCode
from sweeps.user_code.user_code import UserCodeError, blamed, load


def callbacks_for(keras: Any, subject: OwnCode) -> list[Any]:
    """What the function under `callbacks` of the model returns; none where there is no such key.

    Raises UserCodeError when it raises or returns anything but callbacks.
    """
    path = subject.choice.options.get("callbacks")
    if path is None:
        return []
    make = load(path, subject.folder)
    if not callable(make):
        # A list would be shared by all fits, and what a callback remembers of one, by the next.
        raise UserCodeError(f"{path}: {shown(make)} is no function that returns callbacks")
    with blamed(path):
        made = make()
    if not isinstance(made, list | tuple):
        made = [made]
    for one in made:
        if not isinstance(one, keras.callbacks.Callback):
            raise UserCodeError(
                f"{path} returned {shown(one)}, which is no keras.callbacks.Callback"
            )
    return list(made)
