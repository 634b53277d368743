"""What a sweep will cost, found out by training a little of it."""
