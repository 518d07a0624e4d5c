"""What `newscrawl serve` answers: the REST API, feeds, events and pages. Reads the database, never writes articles."""
