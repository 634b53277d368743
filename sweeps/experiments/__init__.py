"""Sweep files of published studies, and the figures they are held against."""
