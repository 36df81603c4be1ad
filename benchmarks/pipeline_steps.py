"""How long does each step take, and how much memory at its peak? A Markdown table, every step in a process of its own.

    python -m benchmarks.pipeline_steps [--seed 7] [--load DIR --map FILE] [--home DIR] [--out FILE] [--no-increment]

Without `--load` the demo company is created, and after the first run two days more are posted (its history ends on a Saturday)
and run again. Beside ingest stands
its anchor: the same rows read from Parquet files into an empty DuckDB. The table is printed and written to
`exports/pipeline_steps.md` of the home the settings name. Seconds belong to one machine and what else it does: compare
processor seconds, rows of one table, and tables of one machine.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pipelines.home import Home
from pipelines.settings import load_settings

_CHECKS = "from pipelines.checks import CHECKS, run_check; [run_check(run, name) for name in CHECKS]"
_BUILT = "SELECT sum(estimated_size) FROM duckdb_tables() WHERE schema_name IN "

_CORE = _BUILT + "('intermediate', 'marts', 'plan_input')"


@dataclass(frozen=True)
class Step:
    """What is measured: its name in the table, the work, and which query counts its rows afterwards."""

    name: str
    work: str
    rows: str = ""
    rows_of: str = ""


STEPS = (
    Step("ingest", "from pipelines.steps.ingest import run_ingest; run_ingest(run)", rows_of="ingest"),
    Step("dbt core", "from pipelines.steps.transform import run_core; run_core(run)", _CORE),
    Step("forecast", "from pipelines.steps.forecast import run_forecast; run_forecast(run)", rows_of="forecast"),
    Step("plan", "from pipelines.steps.plan import run_plan; run_plan(run)", rows_of="plan"),
    Step("dbt reports", "from pipelines.steps.transform import run_reports; run_reports(run)", _BUILT + "('reports')"),
    Step("checks", _CHECKS, _BUILT + "('raw', 'forecast', 'plan')"),
    Step("publish", "from pipelines.steps.publish import run_publish; run_publish(run)", rows_of="publish"),
)  # fmt: skip

_TO_PARQUET = """
import duckdb
with duckdb.connect({warehouse!r}, read_only=True) as source:
    names = source.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'raw' AND table_name[1] <> '_'").fetchall()
    for (name,) in names:
        source.execute(f"COPY raw.{{name}} TO '{folder}/{{name}}.parquet' (FORMAT parquet)")
"""

_FROM_PARQUET = """
import duckdb
from pathlib import Path
with duckdb.connect({scratch!r}, config={{"threads": 2, "memory_limit": "1GB"}}) as target:
    for path in sorted(Path({folder!r}).glob("*.parquet")):
        target.execute(f"CREATE TABLE {{path.stem}} AS SELECT * FROM '{{path}}'")
"""

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
print("MEASURED", json.dumps([seconds, usage.ru_utime + usage.ru_stime, peak, run.state().get("rows", {{}})]))
"""


class Table:
    """Measures steps on one home and keeps their lines."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.lines = ["| step | rows | seconds | processor seconds | peak MB |", "|---|---:|---:|---:|---:|"]

    def measure(self, step: Step, label: str = "") -> None:
        """Run a step in a fresh process and add its line."""
        words = [sys.executable, "-c", _MEASURE.format(work=step.work)]
        done = subprocess.run(words, env=self._environment(), capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{step.name} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
        line = next(line for line in done.stdout.splitlines() if line.startswith("MEASURED"))
        seconds, processor, peak, rows_by_step = json.loads(line.removeprefix("MEASURED "))
        rows = rows_by_step.get(step.rows_of) if step.rows_of else self._count(step.rows)
        shown = "" if rows is None else f"{rows:,}"
        self.lines.append(f"| {label or step.name} | {shown} | {seconds:.1f} | {processor:.1f} | {peak:.0f} |")
        print(self.lines[-1], file=sys.stderr, flush=True)

    def measure_anchor(self, folder: Path) -> None:
        """What ingest would cost at best: its rows from Parquet, without a database to ask and without any proof."""
        made = _TO_PARQUET.format(warehouse=str(self.home / "warehouse.duckdb"), folder=folder)
        subprocess.run([sys.executable, "-c", made], check=True)
        work = _FROM_PARQUET.format(scratch=str(folder / "anchor.duckdb"), folder=str(folder))
        self.measure(Step("anchor: the same rows from Parquet", work, _BUILT + "('raw')"))

    def _count(self, query: str) -> int | None:
        if not query:
            return None
        import duckdb

        with duckdb.connect(str(self.home / "warehouse.duckdb"), read_only=True) as warehouse:
            return int(warehouse.execute(query).fetchall()[0][0] or 0)

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "THROUGHLINE_HOME": str(self.home)}


def company(arguments: argparse.Namespace) -> Step:
    """The first step: where the ledger's rows come from."""
    if arguments.load:
        folder, mapping = str(Path(arguments.load).resolve()), str(Path(arguments.map).resolve())
        work = "from pathlib import Path; from pipelines.commands.load import load_company; "
        return Step("load", work + f"load_company(run.settings, Path({folder!r}), Path({mapping!r}))")
    work = "from pipelines.commands.demo import create_company; "
    return Step("demo", work + f"create_company(run.settings, seed={arguments.seed}, clean=False, if_empty=False)")


def machine() -> str:
    """Processor, cores, memory and load: without them the figures mean nothing."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        named = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        name = named[0] if named else name
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30 if hasattr(os, "sysconf") else 0
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{name}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, Python {platform.python_version()}{load}"


def main() -> None:
    """Measure, print, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--load", help="folder of a company instead of the demo")
    parser.add_argument("--map", help="its mapping file")
    parser.add_argument("--home", help="keep the home here; must not exist yet")
    parser.add_argument("--out", help="write the table here instead of the home's exports")
    parser.add_argument("--no-increment", action="store_true", help="leave out the days posted and run after the first run")
    arguments = parser.parse_args()
    out = Path(arguments.out) if arguments.out else Home(load_settings().home).exports / "pipeline_steps.md"
    with tempfile.TemporaryDirectory(prefix="throughline-bench-") as scratch:
        home = Path(arguments.home or scratch) / "home"
        home.mkdir(parents=True)
        table, parquet = Table(home), Path(scratch) / "parquet"
        parquet.mkdir()
        before = machine()
        table.measure(company(arguments))
        for step in STEPS:
            table.measure(step)
            if step.name == "ingest":
                table.measure_anchor(parquet)
        if not arguments.load and not arguments.no_increment:
            work = "from pipelines.commands.demo import advance_company; advance_company(run.settings, 2)"
            table.measure(Step("two days more", work))
            for step in STEPS:
                table.measure(step, f"{step.name}, two days more")
        sizes = [f"{path.name} {path.stat().st_size / 1e6:.0f} MB" for path in sorted(home.glob("*.d*b"))]
        text = "\n".join([*table.lines, "", f"{before}; {', '.join(sizes)}."]) + "\n"
    print(text)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    print(f"Written to {out}")


if __name__ == "__main__":
    main()
