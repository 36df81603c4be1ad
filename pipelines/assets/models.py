"""The dbt project as two assets: what needs neither forecast nor plan, and what needs them."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, DbtProject, dbt_assets
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage
from dagster_dbt.dbt_manifest import validate_manifest

from pipelines.assets.context import run_of
from pipelines.dbt import (
    CORE,
    REPORTS,
    dbt_environment,
    dbt_executable,
    dbt_project_folder,
    manifest_path,
    require_success,
    run_dbt,
)
from pipelines.run import Run
from pipelines.settings import Settings
from pipelines.steps.transform import core_arguments, how_built, remember_core, report_arguments

__all__ = ["model_assets"]


def model_assets(settings: Settings) -> tuple[list[dg.AssetsDefinition], dict[str, Any]]:
    """The two assets, and the resource they need."""
    os.environ.update(dbt_environment(settings))
    manifest = manifest_path(settings)
    project = DbtProject(
        project_dir=dbt_project_folder(), profiles_dir=dbt_project_folder(), target_path=settings.home / "dbt" / "target"
    )

    @dbt_assets(name="core", manifest=manifest, select=CORE["select"], exclude=CORE["exclude"], project=project)
    def core(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        yield from _build(context, dbt, "transform", manifest)

    @dbt_assets(name="reports", manifest=manifest, select=REPORTS, project=project)
    def reports(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        yield from _build(context, dbt, "report", manifest)

    resource = DbtCliResource(project_dir=project, dbt_executable=dbt_executable())
    return [core, reports], {"dbt": resource}


def _build(context: dg.AssetExecutionContext, dbt: DbtCliResource, name: str, manifest: Path) -> Iterator[Any]:
    run: Run = run_of(context.run)
    with run.step(name) as step:
        is_core = name == "transform"
        arguments = core_arguments(run) if is_core else report_arguments(run)
        command = ["build", "--indirect-selection", "cautious"]
        if context.is_subset:
            # Chosen by hand in Dagster's screens: its own translation of the choice into dbt's words is the right one.
            chosen = [word for word in arguments if word == "--full-refresh"]
            if "--vars" in arguments:
                chosen += arguments[arguments.index("--vars") :][:2]
            yield from dbt.cli([*command, *chosen], context=context).stream()
            return
        result = run_dbt(run.settings, [*command, *arguments])
        built = tested = 0
        translator, parsed = DagsterDbtTranslator(), validate_manifest(manifest)
        for raw_event in result.events:
            message = DbtCoreCliEventMessage(raw_event=raw_event, event_history_metadata={})
            for event in message.to_default_asset_events(
                manifest=parsed, dagster_dbt_translator=translator, context=context, target_path=manifest.parent
            ):
                if isinstance(event, dg.Output):
                    built += 1
                else:
                    tested += 1
                yield event
        require_success(result, "build")
        if is_core:
            remember_core(run)
        run.remember(checks={f"dbt_tests_{name}": True})
        step.note = f"{built} models, {tested} tests"
        if is_core:
            step.note += f", {how_built(run, arguments)}"
