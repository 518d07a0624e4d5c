"""Archived pages read again with today's code and site files: what differs, and the correction of what is stored."""
