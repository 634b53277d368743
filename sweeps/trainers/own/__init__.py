"""What training any code of the user's has in common, be it an estimator or a function."""
