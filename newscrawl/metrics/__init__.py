"""What newscrawl tells Prometheus: which metrics there are, where they are told, and those of several processes."""
