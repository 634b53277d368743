"""Who runs what waits in the queue."""
