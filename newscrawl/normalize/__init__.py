"""Text to values: dates, datelines, view counts, addresses, names. Pure: no I/O, no clock but an argument."""
