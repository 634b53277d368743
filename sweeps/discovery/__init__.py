"""Finds out which parameters an existing KerasTuner function asks for, by recording it."""
