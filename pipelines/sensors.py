"""Who asked for a run? Requests in the ledger become runs; several waiting requests are answered by one run."""

from datetime import timedelta

import dagster as dg

from kernel.messages import text
from pipelines.assets.context import REQUEST_TAG
from pipelines.home import Home
from pipelines.lock import is_free
from pipelines.requests import fail_stopped_requests, open_requests
from pipelines.settings import Settings
from pipelines.stopped_runs import end_stopped_runs

__all__ = ["request_sensor"]

_QUIET = timedelta(minutes=2)


def request_sensor(job_name: str, settings: Settings) -> dg.SensorDefinition:
    """The sensor that starts requested runs; on from the start."""

    @dg.sensor(
        name="requested_runs",
        job_name=job_name,
        minimum_interval_seconds=settings.sensor_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def requested_runs(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        if not is_free(Home(settings.home).run_lock):
            return dg.SkipReason("a run is working; requests wait for it")
        fail_stopped_requests(settings)
        end_stopped_runs(context.instance, text("pipelines.run_stopped", settings.language), quiet_for=_QUIET)
        waiting = open_requests(settings.ledger)
        if not waiting:
            return dg.SkipReason("no run was asked for")
        numbers = "-".join(map(str, waiting))
        # The key makes a request start one run, also if the sensor looks again before the run says that it began.
        return dg.RunRequest(run_key=f"requests-{numbers}", tags={REQUEST_TAG: numbers})

    return requested_runs
