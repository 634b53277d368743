"""What can be measured besides the loss: names and goals, and how each is computed."""
