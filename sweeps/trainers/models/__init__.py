"""Trains the user's own Keras models: one after the other, or many of one architecture at once."""
