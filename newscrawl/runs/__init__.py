"""Runs over time: planned and started, compared with one another, judged by their own history, and told of."""
