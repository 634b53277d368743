"""What is remembered of a sweep: plain records go in, runs in a tracking store come out."""
