"""What a sweep that arrives over HTTP may name."""
