"""What the system says of processes: memory and processor time (proc(5))."""

from __future__ import annotations

import os

_TICK, _PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
USER, SYSTEM, RESIDENT = 11, 12, 21  # fields of /proc/PID/stat behind the name


def resident_memory(process: int) -> int:
    """Bytes that a process holds in memory; 0 where it has ended, or where the system does not tell."""
    fields = _fields(process)
    return int(fields[RESIDENT]) * _PAGE if fields else 0


def cpu_seconds(process: int) -> float:
    """Seconds that it has had a processor, user and system; 0.0 as above."""
    fields = _fields(process)
    return (int(fields[USER]) + int(fields[SYSTEM])) / _TICK if fields else 0.0


def _fields(process: int) -> list[bytes]:
    try:
        with open(f"/proc/{process}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()
    except OSError:
        return []
