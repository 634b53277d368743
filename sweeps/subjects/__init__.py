"""What is tuned: networks of this package, or the user's models, estimators and functions."""
