"""Trains a trial again, in the company it was trained in, and says what comes out different."""
