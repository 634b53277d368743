"""Published studies, run again and held against their own figures."""
