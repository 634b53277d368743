"""Races: backends on the same space, folds and seeds, with the same epochs to spend."""
