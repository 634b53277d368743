"""The user's own code: found, imported, blamed, and told from what it was."""
