"""Tables, pictures and the reports made of them."""
