"""What is trained at the moment, on its way to whoever looks on."""
