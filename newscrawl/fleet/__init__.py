"""Many machines: a planner that sends jobs, a broker that carries them, workers that crawl."""
