"""What the job engine needs in a database: its tables, our queue, and the schedules of jobs that come by themselves."""

from dbos import DBOS, DBOSClient

from gateway.jobs import engine
from gateway.jobs.declared import JOBS
from gateway.jobs.names import APART, APPLICATION, QUEUE, SCHEDULED
from gateway.settings import Settings

POLLING_SECONDS = 0.1
PLACES = 500
"""Jobs begun by one worker, those that wait for their next try among them; `workflows.AT_ONCE` of them do something."""


def prepare(settings: Settings) -> None:
    """Make or renew all of it; safe to run again."""
    DBOS.migrate(engine.url(settings, owner=True), application_role=None if settings.on_sqlite else engine.ROLES[0])
    own = engine.sqlite_engine(settings)
    client = DBOSClient(system_database_url=engine.url(settings), system_database_engine=own, application_name=APPLICATION)
    try:
        for queue in (QUEUE, APART):
            client.register_queue(queue, polling_interval_sec=POLLING_SECONDS, worker_concurrency=PLACES)
        client.apply_schedules(
            [
                {"schedule_name": job.name, "workflow_name": SCHEDULED, "schedule": job.every, "context": job.name}
                for job in JOBS.values()
                if job.every is not None
            ]
        )
    finally:
        client.destroy()
        if own is not None:
            own.dispose()  # the client leaves open what it was given
