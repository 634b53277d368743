"""Takes the best of a sweep out of it: configuration, refitted model, preprocessing, labels."""
