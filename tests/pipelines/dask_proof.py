"""Run in the environment of the extra [scale]: forecasts over a real Dask cluster while one of its workers is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path

from distributed import Client

from forecasting import fit
from pipelines.chunks import chunk_mapper
from tests.pipelines.test_chunks import demand


def main(folder: Path) -> None:
    port = 18786
    scheduler = ["-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    address = f"tcp://127.0.0.1:{port}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = [subprocess.Popen([sys.executable, *scheduler], **quiet)]
    try:
        for _ in range(3):
            words = [
                sys.executable,
                "-m",
                "distributed.cli.dask_worker",
                address,
                "--nthreads",
                "1",
                "--no-nanny",
                "--no-dashboard",
            ]
            started.append(subprocess.Popen(words, **quiet))
        with Client(address, timeout=60) as client:
            client.wait_for_workers(3, timeout=120)
        victim = started[1].pid

        def on_done(done: int, total: int) -> None:
            if done == 3:
                os.kill(victim, signal.SIGKILL)
                print("killed", victim, "after", done, "of", total, flush=True)

        begin = time.perf_counter()
        mapper = chunk_mapper(1, on_done, dask_scheduler=address)
        fitted = fit(
            demand(), frequency="month", horizon=4, cutoff=date(2024, 12, 31), backtest_origins=2, chunk_size=4, map_chunks=mapper
        )
        fitted.predict().write_parquet(folder / "dask.parquet")
        print("seconds", round(time.perf_counter() - begin, 1), "threads", threading.active_count())
    finally:
        for process in started:
            process.kill()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
