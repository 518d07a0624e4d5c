"""Runs over time: compared with one another, planned, judged by their own history, and told of."""
