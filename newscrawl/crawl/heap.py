"""Memory that large pages took is given back to the system when they are done."""

from __future__ import annotations

import contextlib
import ctypes

MMAP_THRESHOLD = -3  # M_MMAP_THRESHOLD of mallopt(3)
LARGE = 128 * 2**10  # bytes; glibc's own default


def give_back_large_blocks() -> None:
    """Keep glibc from raising the size from which blocks are given back at once.

    It raises it to the largest block that was ever freed, up to 32 MiB: after a few pages of ten megabytes their
    memory stays with the process. Without glibc this does nothing.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(MMAP_THRESHOLD, LARGE)
