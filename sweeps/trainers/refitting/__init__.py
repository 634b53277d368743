"""Trains a configuration once more, on all training rows, and keeps what comes of it."""
