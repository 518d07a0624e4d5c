"""Runs over time: compared with one another, planned, and judged by their own history."""
