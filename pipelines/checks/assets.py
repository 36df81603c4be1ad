"""The conditions as blocking asset checks: what depends on a failed one is not made, so nothing is published."""

import dagster as dg

from pipelines.assets.context import run_of
from pipelines.checks.rules import run_check

__all__ = ["asset_checks"]

_SUBJECTS = {
    "raw_equals_ledger": ("raw", "posting"),
    "stock_not_negative": ("raw", "stock_balance"),
    "quantiles_in_order": ("forecast", "demand_forecasts"),
    "plan_adds_up": ("plan", "planned_orders"),
}


def asset_checks(kpi_key: dg.AssetKey | None) -> list[dg.AssetChecksDefinition]:
    """One blocking check per condition, on the table it is about."""
    checks = [_check(name, dg.AssetKey(list(subject))) for name, subject in _SUBJECTS.items()]
    if kpi_key is not None:
        checks.append(_check("indicators_present", kpi_key))
    return checks


def _check(name: str, subject: dg.AssetKey) -> dg.AssetChecksDefinition:
    @dg.asset_check(asset=subject, name=name, blocking=True)
    def check(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        run = run_of(context.run)
        with run.step("check") as step:
            result = run_check(run, name)
            step.note = name
            if not result.passed:
                run.refuse(name, result.detail)
        return dg.AssetCheckResult(
            passed=result.passed,
            severity=dg.AssetCheckSeverity.ERROR,
            description=result.detail or None,
            metadata=dict(result.metadata.items()),
        )

    return check
