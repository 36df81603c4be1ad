"""What may a person type?

    throughline demo      create the demo company
    throughline load      import a folder of your own
    throughline run       bring the ledger to the screens
    throughline up        dashboard, schedule and requested runs together
    throughline status    what the screens show now, and how the last run ended
    throughline check     prove the ledger and its copy
    throughline forecast  forecast a file
    throughline specification  list, show, check, remove what people decided about single forecasts
    throughline reset     start over

Start-up counts: nothing here imports Dagster, dbt, DuckDB or a statistics library; a command imports what it needs when
it runs. Errors of the house are shown in the user's language with the next step and end with their own exit code;
`--verbose` shows the traceback.
"""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from kernel.errors import ThroughlineError, Unavailable
from kernel.messages import text
from pipelines.settings import Settings, load_settings

__all__ = ["app", "main"]


def _language() -> str:
    try:
        return load_settings().language
    except ThroughlineError:
        # Said again, with its exit code, by the command that needs the settings.
        return "en"


_LANGUAGE = _language()


def _say(key: str) -> str:
    return text(f"cli.{key}", _LANGUAGE)


app = typer.Typer(
    help=_say("app.help"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _common(verbose: Annotated[bool, typer.Option("--verbose", "-v", help=_say("verbose"))] = False) -> None:
    _Shown.tracebacks = verbose


class _Shown:
    tracebacks = False


def _settings() -> Settings:
    return load_settings()


@app.command(help=_say("demo.help"), epilog=_say("demo.example"))
def demo(
    seed: Annotated[int, typer.Option(help=_say("demo.seed"))] = 7,
    clean: Annotated[bool, typer.Option("--clean", help=_say("demo.clean"))] = False,
    advance: Annotated[int, typer.Option(help=_say("demo.advance"), min=0)] = 0,
    if_empty: Annotated[bool, typer.Option("--if-empty", help=_say("demo.if_empty"))] = False,
) -> None:
    from pipelines.commands.demo import advance_company, create_company

    if advance:
        advance_company(_settings(), advance)
    else:
        create_company(_settings(), seed=seed, clean=clean, if_empty=if_empty)


@app.command(help=_say("load.help"), epilog=_say("load.example"))
def load(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_say("load.folder"))],
    mapping: Annotated[Path | None, typer.Option("--map", help=_say("load.map"))] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help=_say("load.as_of"))] = None,
    check_only: Annotated[bool, typer.Option("--check", help=_say("load.check"))] = False,
) -> None:
    from pipelines.commands.load import load_company

    raise typer.Exit(load_company(_settings(), folder, mapping, as_of=as_of, check_only=check_only))


@app.command(help=_say("run.help"), epilog=_say("run.example"))
def run(
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help=_say("run.as_of"))] = None,
    reselect: Annotated[bool, typer.Option("--reselect", help=_say("run.reselect"))] = False,
) -> None:
    from pipelines.commands.run import run_pipeline

    run_pipeline(_settings(), as_of, is_reselecting=reselect)


@app.command(help=_say("up.help"), epilog=_say("up.example"))
def up(
    port: Annotated[int | None, typer.Option(help=_say("up.port"))] = None,
    dashboard_only: Annotated[bool, typer.Option("--dashboard-only", help=_say("up.dashboard_only"))] = False,
) -> None:
    from pipelines.commands.up import serve

    serve(_settings(), port, dashboard_only=dashboard_only)


@app.command(help=_say("status.help"), epilog=_say("status.example"))
def status() -> None:
    from pipelines.commands.status import show_status

    show_status(_settings())


@app.command(help=_say("check.help"), epilog=_say("check.example"))
def check() -> None:
    from pipelines.commands.check import check_company

    raise typer.Exit(check_company(_settings()))


@app.command(help=_say("forecast.help"), epilog=_say("forecast.example"))
def forecast(
    demand: Annotated[Path, typer.Option("--demand", help=_say("forecast.demand"))],
    out: Annotated[Path, typer.Option("--out", help=_say("forecast.out"))],
    horizon: Annotated[int, typer.Option(help=_say("forecast.horizon"), min=1)] = 12,
    freq: Annotated[str, typer.Option(help=_say("forecast.freq"))] = "week",
    quantiles: Annotated[str, typer.Option(help=_say("forecast.quantiles"))] = "0.1,0.5,0.9",
    cutoff: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help=_say("forecast.cutoff"))] = None,
    events: Annotated[Path | None, typer.Option("--events", help=_say("forecast.events"))] = None,
    holidays: Annotated[str | None, typer.Option("--holidays", metavar="CN", help=_say("forecast.holidays"))] = None,
    specification: Annotated[Path | None, typer.Option("--specification", help=_say("forecast.specification"))] = None,
) -> None:
    from pipelines.commands.forecast import forecast_file

    forecast_file(
        _settings(),
        demand,
        out,
        horizon=horizon,
        frequency=freq,
        quantiles=quantiles,
        cutoff=cutoff,
        events=events,
        holidays=holidays,
        specification=specification,
    )


specification = typer.Typer(help=_say("specification.help"), no_args_is_help=True)
app.add_typer(specification, name="specification")


@specification.command("list", help=_say("specification.list"))
def list_specifications() -> None:
    from pipelines.commands.specification import list_specifications as shown

    shown(_settings())


@specification.command("show", help=_say("specification.show"))
def show_specification(name: Annotated[str, typer.Argument(metavar="SKU@WAREHOUSE", help=_say("specification.name"))]) -> None:
    from pipelines.commands.specification import show_specification as shown

    shown(_settings(), name)


@specification.command("check", help=_say("specification.check"))
def check_specification() -> None:
    from pipelines.commands.specification import check_specifications

    raise typer.Exit(check_specifications(_settings()))


@specification.command("remove", help=_say("specification.remove"))
def remove_specification(
    name: Annotated[str | None, typer.Argument(metavar="SKU@WAREHOUSE", help=_say("specification.name"))] = None,
    everything: Annotated[bool, typer.Option("--all", help=_say("specification.all"))] = False,
) -> None:
    from pipelines.commands.specification import remove_specification as removed

    removed(_settings(), name, everything=everything)


@app.command(help=_say("reset.help"), epilog=_say("reset.example"))
def reset(
    everything: Annotated[bool, typer.Option("--ledger", help=_say("reset.ledger"))] = False,
    yes: Annotated[bool, typer.Option("--yes", help=_say("reset.yes"))] = False,
) -> None:
    from pipelines.commands.reset import reset_home

    reset_home(_settings(), with_ledger=everything, confirmed=yes)


def main() -> None:
    """Run the command line; exit codes are those of `kernel.errors`."""
    try:
        app()
    except ThroughlineError as error:
        if _Shown.tracebacks:
            traceback.print_exc()
        typer.echo(error.text(_LANGUAGE), err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if _Shown.tracebacks:
            traceback.print_exc()
        first = str(error).splitlines()[0] if str(error) else ""
        typer.echo(text("cli.unexpected", _LANGUAGE, kind=type(error).__name__, detail=first), err=True)
        sys.exit(Unavailable.exit_code)


if __name__ == "__main__":
    main()
