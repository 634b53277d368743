"""Requests are looked at before the API sees them."""
