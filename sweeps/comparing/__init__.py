"""Holds sweeps against each other: what was asked, what was found, and whether that is chance."""
