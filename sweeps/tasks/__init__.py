"""What is tuned on: tables of rows with their splits and scalers."""
