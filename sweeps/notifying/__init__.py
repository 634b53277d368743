"""Telling somebody of a sweep's events, while nothing waits for that."""
