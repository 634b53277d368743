"""Which configurations can be trusted to be best, and how far a search fooled itself."""
