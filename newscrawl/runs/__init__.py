"""Planning runs: schedules, their slots, and the process that starts crawls when they are due."""
