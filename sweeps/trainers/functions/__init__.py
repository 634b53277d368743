"""Any function of the user's that returns a number to improve."""
