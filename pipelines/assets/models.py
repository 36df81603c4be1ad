"""The dbt project as two assets: what needs neither forecast nor plan, and what needs them."""

import os
from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource, DbtProject, dbt_assets

from kernel.errors import Unavailable
from pipelines.assets.context import run_of
from pipelines.dbt import CORE, REPORTS, dbt_environment, dbt_executable, dbt_project_folder, manifest_path
from pipelines.run import Run
from pipelines.settings import Settings
from pipelines.steps.transform import variables

__all__ = ["model_assets"]

_SHOWN = 5


def model_assets(settings: Settings) -> tuple[list[dg.AssetsDefinition], dict[str, Any]]:
    """The two assets, and the resource they need."""
    os.environ.update(dbt_environment(settings))
    manifest = manifest_path(settings)
    project = DbtProject(
        project_dir=dbt_project_folder(), profiles_dir=dbt_project_folder(), target_path=settings.home / "dbt" / "target"
    )

    @dbt_assets(name="core", manifest=manifest, select=CORE["select"], exclude=CORE["exclude"], project=project)
    def core(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        yield from _build(context, dbt, "transform")

    @dbt_assets(name="reports", manifest=manifest, select=REPORTS, project=project)
    def reports(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        yield from _build(context, dbt, "report")

    resource = DbtCliResource(project_dir=project, dbt_executable=dbt_executable())
    return [core, reports], {"dbt": resource}


def _build(context: dg.AssetExecutionContext, dbt: DbtCliResource, name: str) -> Iterator[Any]:
    run: Run = run_of(context.run)
    with run.step(name) as step:
        arguments = ["build", "--indirect-selection", "cautious", *variables(run)]
        built = tested = 0
        invocation = dbt.cli(arguments, context=context, raise_on_error=False)
        for event in invocation.stream():
            if isinstance(event, dg.AssetCheckResult | dg.AssetCheckEvaluation):
                tested += 1
            else:
                built += 1
            yield event
        if not invocation.is_successful():
            raise Unavailable("pipelines.dbt_failed", command="build", got=_what_failed(invocation))
        run.remember(checks={f"dbt_tests_{name}": True})
        step.note = f"{built} models, {tested} tests"


def _what_failed(invocation: Any) -> str:
    """Models and tests that failed, with what the database said, from dbt's own results."""
    try:
        results = invocation.get_artifact("run_results.json")["results"]
    except (OSError, KeyError, ValueError):
        return f"see {invocation.target_path.name}/dbt.log"
    failed = [result for result in results if result["status"] in ("error", "fail")]
    lines = []
    for result in failed[:_SHOWN]:
        said = " ".join(str(result.get("message") or "").split())
        lines.append(f"  {result['unique_id'].split('.', 2)[-1]}: {said[:400]}")
    if len(failed) > _SHOWN:
        lines.append(f"  ... {len(failed) - _SHOWN} more")
    return "\n".join(lines) or f"see {invocation.target_path.name}/dbt.log"
