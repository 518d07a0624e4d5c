"""Whether a process that the database tells of is gone: its number says so in its own table of processes alone."""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path


@cache
def process_table() -> str:
    """Identity of the table of processes that this one is in: a boot of a machine, and the container on it.

    Cloned machines and containers in the network of their machine share a host name, and no numbers of processes.
    Linux names both (random(4), pid_namespaces(7)); elsewhere it is the host name.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return socket.gethostname()


def is_gone(table: str | None, host: str, pid: int) -> bool:
    """Whether a process has ended. False, too, where that cannot be told from here. `table`: None in old records."""
    is_here = table == process_table() if table is not None else host == socket.gethostname()
    return is_here and not is_process(pid)


def is_process(pid: int) -> bool:
    """Whether this machine runs a process of this number; also where no number of a process is so large."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True
