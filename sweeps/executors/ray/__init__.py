"""What the executor on a Ray cluster consists of."""
