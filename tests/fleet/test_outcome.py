"""What is told of a planned run of which several workers did parts."""

from datetime import UTC, datetime

from newscrawl.fleet.outcome import outcome_of_jobs
from newscrawl.job import Job
from newscrawl.schedule import Schedule

NOW = datetime(2026, 1, 2, tzinfo=UTC)
PLAN = Schedule(name="all", kind="every", every=1800, created_at=NOW, created_by="ana@news", planned_until=NOW)


def job(code: int, reason: str | None = None) -> Job:
    return Job(slot="all/x", number=1, plan=PLAN, planned_at=NOW, sites=["a"], state="ended", code=code, reason=reason)


def test_all_is_well_where_every_job_is() -> None:
    assert outcome_of_jobs([job(0), job(0)]) == (0, None)


def test_one_job_that_failed_makes_the_run_a_failure_with_its_reason() -> None:
    jobs = [job(0), job(3, "degraded"), job(1, "failed: a: http-500 3")]
    assert outcome_of_jobs(jobs) == (1, "1 of 3 jobs: degraded; failed: a: http-500 3")


def test_a_database_that_was_down_is_told_before_other_failures() -> None:
    assert outcome_of_jobs([job(1, "failed"), job(5, "the database was down")])[0] == 5


def test_a_degraded_job_makes_the_run_degraded() -> None:
    assert outcome_of_jobs([job(4, "nothing found"), job(3, "degraded")])[0] == 3


def test_nothing_was_found_where_no_job_has_found_anything() -> None:
    assert outcome_of_jobs([job(4, "nothing found"), job(4, "nothing found")]) == (4, "2 of 2 jobs: nothing found")
    assert outcome_of_jobs([job(4, "nothing found"), job(0)]) == (0, None)
