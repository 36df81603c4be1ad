"""How long does each step take, and how much memory at its peak? A Markdown table, every step in a process of its own.

    python -m benchmarks.pipeline_steps [--seed 7] [--load DIR --map FILE] [--home DIR] [--out FILE]

Without `--load` the demo company is created. Absolute seconds belong to one machine: compare rows of one table, and
tables of one machine.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

STEPS = {
    "ingest": "from pipelines.steps.ingest import run_ingest; run_ingest(run)",
    "ingest again": "from pipelines.steps.ingest import run_ingest; run_ingest(run)",
    "dbt core": "from pipelines.steps.transform import run_core; run_core(run)",
    "forecast": "from pipelines.steps.forecast import run_forecast; run_forecast(run)",
    "plan": "from pipelines.steps.plan import run_plan; run_plan(run)",
    "dbt reports": "from pipelines.steps.transform import run_reports; run_reports(run)",
    "checks": "from pipelines.checks import CHECKS, run_check; [run_check(run, name) for name in CHECKS]",
    "publish": "from pipelines.steps.publish import run_publish; run_publish(run)",
}

_MEASURE = """
import json, resource, sys, time
from pipelines.run import Run
from pipelines.settings import load_settings
run = Run("benchmark", load_settings())
started = time.perf_counter()
{work}
seconds = time.perf_counter() - started
usage = resource.getrusage(resource.RUSAGE_SELF)
peak = usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
rows = run.state().get("rows", {{}}).get({step!r})
print("MEASURED", json.dumps([seconds, usage.ru_utime + usage.ru_stime, peak, rows]))
"""


def measure(home: Path, name: str, work: str) -> tuple[float, float, float, int | None]:
    """Run `work` in a fresh process; seconds, processor seconds, peak memory in MB, rows."""
    step = {"dbt core": "transform", "dbt reports": "report", "checks": "check", "ingest again": "ingest"}.get(name, name)
    environment = {**os.environ, "THROUGHLINE_HOME": str(home)}
    code = _MEASURE.format(work=work, step=step)
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{name} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    line = next(line for line in done.stdout.splitlines() if line.startswith("MEASURED"))
    seconds, processor, peak, rows = json.loads(line.removeprefix("MEASURED "))
    return seconds, processor, peak, rows


def company(arguments: argparse.Namespace) -> tuple[str, str]:
    """Name of the first step, and what it does."""
    if arguments.load:
        folder, mapping = str(Path(arguments.load).resolve()), str(Path(arguments.map).resolve())
        work = "from pathlib import Path; from pipelines.commands.load import load_company; "
        return "load", work + f"load_company(run.settings, Path({folder!r}), Path({mapping!r}))"
    work = "from pipelines.commands.demo import create_company; "
    return "demo", work + f"create_company(run.settings, seed={arguments.seed}, clean=False, if_empty=False)"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--load", help="folder of a company instead of the demo")
    parser.add_argument("--map", help="its mapping file")
    parser.add_argument("--home", help="keep the home here; must not exist yet")
    parser.add_argument("--out", help="also write the table to this file")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="throughline-bench-") as scratch:
        home = Path(arguments.home or scratch) / "home"
        home.mkdir(parents=True)
        name, work = company(arguments)
        lines = ["| step | seconds | processor seconds | peak MB | rows |", "|---|---:|---:|---:|---:|"]
        total = 0.0
        for step, code in {name: work, **STEPS}.items():
            seconds, processor, peak, rows = measure(home, step, code)
            total += seconds
            shown = "" if rows is None else f"{rows:,}"
            lines.append(f"| {step} | {seconds:.1f} | {processor:.1f} | {peak:.0f} | {shown} |")
            print(lines[-1], file=sys.stderr, flush=True)
        lines.append(f"| all | {total:.1f} | | | |")
        sizes = [f"{path.name} {path.stat().st_size / 1e6:.0f} MB" for path in sorted(home.glob("*.d*b"))]
        text = "\n".join([*lines, "", f"{os.cpu_count()} cores; {', '.join(sizes)}."]) + "\n"
    print(text)
    if arguments.out:
        Path(arguments.out).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
