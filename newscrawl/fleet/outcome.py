"""What became of a planned run, from what became of its jobs. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from newscrawl.job import Job
from newscrawl.runs.children import MOST_SAID
from newscrawl.runs.holds import SOUND

WORST = (5, 2, 1, 143, 137, 130, 6)
"""Exit codes of crawls that failed, the most telling first."""


def outcome_of_jobs(jobs: Sequence[Job]) -> tuple[int, str | None]:
    """The exit code of the whole, and what is told of it; None where all is well.

    The worst code counts; degraded where any job is; nothing found where none has found anything.
    """
    codes = [job.code for job in jobs if job.code is not None]
    failed = [code for code in codes if code not in SOUND]
    if failed:
        code = min(failed, key=lambda code: WORST.index(code) if code in WORST else len(WORST))
    else:
        code = 3 if 3 in codes else 4 if codes and set(codes) == {4} else 0
    if code == 0:
        return code, None
    said = list(dict.fromkeys(job.reason for job in jobs if job.code not in (0, None) and job.reason))
    wrong = [job for job in jobs if (job.code not in SOUND if failed else job.code == code)]
    of = f"{len(wrong)} of {len(jobs)} jobs: " if len(jobs) > 1 else ""
    return code, f"{of}{'; '.join(said)}"[:MOST_SAID]
