"""Runs over time: whether sites are healthy by their own history, and who is told."""
