"""A service as its clients see it: the same ledger, read over HTTP, and the same commands."""
