"""Trainers: what turns fits into outcomes."""
