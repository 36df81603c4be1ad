"""Which tables do the steps leave in the working file that dbt does not make, and how are they replaced?

Tables exist, empty, from the first ingest on. A step replaces its tables in one transaction, so a kill leaves the old
run whole.
"""

from __future__ import annotations

import duckdb
import polars as pl

from planning.schemas import OUTPUT_SCHEMAS

__all__ = ["FORECAST_TABLES", "PIPELINE_TABLES", "PLAN_TABLES", "create_result_tables", "insert_frame", "replace_table"]

_REPURCHASE = {
    "purchase_count": "BIGINT", "last_purchase_date": "DATE", "days_since": "BIGINT", "usual_interval_days": "DOUBLE",
    "probability_7": "DOUBLE", "probability_14": "DOUBLE", "probability_30": "DOUBLE", "probability_60": "DOUBLE",
    "probability_90": "DOUBLE", "expected_date": "DATE", "expected_date_p25": "DATE", "expected_date_p75": "DATE",
    "expected_quantity": "DOUBLE", "expected_quantity_p10": "DOUBLE", "expected_quantity_p90": "DOUBLE",
    "expected_amount": "DOUBLE", "lapsed_probability": "DOUBLE", "is_overdue": "BOOLEAN", "rank_score": "DOUBLE",
    "amount_at_risk": "DOUBLE", "model": "VARCHAR",
}  # fmt: skip
_RUN = {"forecast_run_id": "VARCHAR", "origin": "VARCHAR"}

FORECAST_TABLES: dict[str, dict[str, str]] = {
    "demand_forecasts": {
        **_RUN, "series_id": "BIGINT", "cutoff": "DATE", "period_start": "DATE", "measure": "VARCHAR", "quantity": "DOUBLE",
        "model": "VARCHAR", "frequency": "VARCHAR",
    },
    "lead_time_demand": {
        **_RUN, "series_id": "BIGINT", "cutoff": "DATE", "protection_days": "BIGINT", "measure": "VARCHAR", "quantity": "DOUBLE",
    },
    "backtest_scores": {
        **_RUN, "series_id": "BIGINT", "cutoff": "DATE", "model": "VARCHAR", "metric": "VARCHAR", "value": "DOUBLE",
        "fit_seconds": "DOUBLE", "frequency": "VARCHAR",
    },
    "backtest_forecasts": {
        **_RUN, "series_id": "BIGINT", "cutoff": "DATE", "period_start": "DATE", "model": "VARCHAR", "measure": "VARCHAR",
        "quantity": "DOUBLE", "frequency": "VARCHAR",
    },
    "champions": {
        **_RUN, "series_id": "BIGINT", "frequency": "VARCHAR", "model": "VARCHAR", "runner_up": "VARCHAR",
        "reason_key": "VARCHAR", "reason_values": "VARCHAR", "demand_pattern": "VARCHAR", "adi": "DOUBLE", "cv2": "DOUBLE",
        "trend_per_period": "DOUBLE", "seasonal_strength": "DOUBLE", "is_fallback": "BOOLEAN", "wape": "DOUBLE",
        "naive_wape": "DOUBLE",
    },
    "seasonal_profile": {
        **_RUN, "series_id": "BIGINT", "frequency": "VARCHAR", "position": "BIGINT", "index": "DOUBLE",
    },
    "calendar_events": {
        "event_name": "VARCHAR", "event_name_zh": "VARCHAR", "start_date": "DATE", "end_date": "DATE",
    },
    "group_seasonality": {
        "level": "VARCHAR", "group_key": "VARCHAR", "unit": "VARCHAR", "position": "BIGINT", "year": "BIGINT", "index": "DOUBLE",
        "low": "DOUBLE", "high": "DOUBLE", "is_clear": "BOOLEAN", "strength": "DOUBLE", "p_value": "DOUBLE",
        "is_significant": "BOOLEAN", "year_count": "BIGINT", "series_count": "BIGINT", "agreeing_count": "BIGINT",
        "shift_per_year": "DOUBLE", "is_shifting": "BOOLEAN", "festival_effect": "DOUBLE", "is_festival_clear": "BOOLEAN",
    },
    "group_forecasts": {
        **_RUN, "level": "VARCHAR", "group_key": "VARCHAR", "frequency": "VARCHAR", "cutoff": "DATE", "period_start": "DATE",
        "unit": "VARCHAR", "measure": "VARCHAR", "quantity": "DOUBLE",
    },
    "group_methods": {
        **_RUN, "frequency": "VARCHAR", "cutoff": "DATE", "method": "VARCHAR", "is_used": "BOOLEAN", "level": "VARCHAR",
        "error_ratio": "DOUBLE",
    },
    "spread_overrides": {
        "frequency": "VARCHAR", "series_id": "BIGINT", "period_start": "DATE", "level": "VARCHAR", "override_id": "BIGINT",
        "forecast_quantity": "DOUBLE", "quantity": "DOUBLE",
    },
    "group_overrides": {
        "override_id": "BIGINT", "level": "VARCHAR", "item_id": "BIGINT", "category_id": "BIGINT", "warehouse_id": "BIGINT",
        "frequency": "VARCHAR", "period_start": "DATE", "quantity": "DOUBLE", "amount": "DOUBLE", "change": "DOUBLE",
    },
    "group_members": {
        "series_id": "BIGINT", "item_id": "BIGINT", "category_id": "BIGINT", "warehouse_id": "BIGINT", "unit_price": "DOUBLE",
        "unit": "VARCHAR", "history": "DOUBLE",
    },
    "override_problems": {
        "frequency": "VARCHAR", "level": "VARCHAR", "override_id": "BIGINT", "problem_key": "VARCHAR",
        "problem_values": "VARCHAR",
    },
    "forecast_steps": {
        "forecast_run_id": "VARCHAR", "frequency": "VARCHAR", "cutoff": "DATE", "series_id": "BIGINT", "period_start": "DATE",
        "step": "VARCHAR", "level": "VARCHAR", "source_id": "BIGINT", "quantity": "DOUBLE",
    },
    "sales_problems": {"frequency": "VARCHAR", "sales_expectation_id": "BIGINT", "problem_key": "VARCHAR"},
    "specifications_used": {
        **_RUN, "frequency": "VARCHAR", "cutoff": "DATE", "entry": "VARCHAR", "model": "VARCHAR", "author_name": "VARCHAR",
        "decided_on": "DATE", "reason": "VARCHAR", "series_count": "BIGINT", "file_name": "VARCHAR", "content_hash": "VARCHAR",
    },
    "runs": {
        **_RUN, "frequency": "VARCHAR", "cutoff": "DATE", "specification": "VARCHAR", "watermark": "BIGINT",
        "demand_hash": "VARCHAR", "series_count": "BIGINT", "selection_id": "VARCHAR", "recomputed_count": "BIGINT",
    },
    "baseline_forecasts": {
        "series_id": "BIGINT", "cutoff": "DATE", "period_start": "DATE", "measure": "VARCHAR", "quantity": "DOUBLE",
        "model": "VARCHAR", "frequency": "VARCHAR",
    },
    "series_inputs": {
        "frequency": "VARCHAR", "cutoff": "DATE", "selection_id": "VARCHAR", "series_id": "BIGINT", "input_hash": "VARCHAR",
    },
    "selections": {
        "frequency": "VARCHAR", "cutoff": "DATE", "selection_id": "VARCHAR", "reason": "VARCHAR", "specification": "VARCHAR",
        "number": "BIGINT", "content": "VARCHAR",
    },
    "drift": {
        "series_id": "BIGINT", "segment": "VARCHAR", "frequency": "VARCHAR", "cutoff": "DATE", "tracking_signal": "DOUBLE",
        "error_count": "BIGINT", "is_alarm": "BOOLEAN",
    },
    "explanations": {
        "series_id": "BIGINT", "frequency": "VARCHAR", "position": "BIGINT", "sentence_key": "VARCHAR",
        "sentence_values": "VARCHAR",
    },
    "demand_marks": {
        "series_id": "BIGINT", "frequency": "VARCHAR", "period_start": "DATE", "kind": "VARCHAR",
        "recorded_quantity": "DOUBLE", "suggested_quantity": "DOUBLE", "score": "DOUBLE", "is_applied": "BOOLEAN",
        "reason_key": "VARCHAR", "reason_values": "VARCHAR",
    },
    "event_effects": {
        "series_id": "BIGINT", "frequency": "VARCHAR", "event": "VARCHAR", "occurrences": "BIGINT", "effect": "DOUBLE",
        "lift_quantity": "DOUBLE", "pull_forward_quantity": "DOUBLE", "is_used": "BOOLEAN",
    },
    "repurchase": {
        "as_of": "DATE", "origin": "VARCHAR", "customer_id": "BIGINT", "item_id": "BIGINT", **_REPURCHASE, "rank": "BIGINT",
        "reason_key": "VARCHAR", "reason_values": "VARCHAR",
    },
    "repurchase_customers": {"as_of": "DATE", "origin": "VARCHAR", "customer_id": "BIGINT", **_REPURCHASE},
    "repurchase_lists": {
        "as_of": "DATE", "origin": "VARCHAR", "purchase_hash": "VARCHAR", "pair_count": "BIGINT", "left_out_pairs": "BIGINT",
    },
}  # fmt: skip
"""Schema `forecast`: column -> DuckDB type."""

_DUCKDB = {pl.Int64: "BIGINT", pl.String: "VARCHAR", pl.Date: "DATE", pl.Float64: "DOUBLE", pl.Boolean: "BOOLEAN"}

PLAN_TABLES: dict[str, dict[str, str]] = {
    name: {"plan_run_id": "VARCHAR", **{column: _DUCKDB[dtype] for column, dtype in columns.items()}}
    for name, columns in OUTPUT_SCHEMAS.items()
} | {
    "runs": {
        "plan_run_id": "VARCHAR",
        "as_of": "DATE",
        "watermark": "BIGINT",
        "forecast_run_id": "VARCHAR",
        "problem_count": "BIGINT",
    },
    "problems": {"plan_run_id": "VARCHAR", "problem_key": "VARCHAR", "problem_values": "VARCHAR"},
}
"""Schema `plan`: the planner's output frames with the id of the run that made them."""


PIPELINE_TABLES: dict[str, dict[str, str]] = {
    "models_built": {"watermark": "BIGINT", "data_through": "DATE", "fingerprint": "VARCHAR"},
}
"""Schema `pipeline`: what the marts were last built whole from; no row until then."""


def create_result_tables(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Make the schemas `forecast`, `plan` and `pipeline`; a table that only gained columns keeps its rows, one whose columns
    changed otherwise is made anew, empty."""
    for schema, tables in (("forecast", FORECAST_TABLES), ("plan", PLAN_TABLES), ("pipeline", PIPELINE_TABLES)):
        warehouse.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        for name, columns in tables.items():
            known = warehouse.execute(
                "SELECT column_name, data_type FROM information_schema.columns "
                "WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position",
                [schema, name],
            ).fetchall()
            wanted = list(columns.items())
            if known and known == wanted[: len(known)]:
                for column, kind in wanted[len(known) :]:
                    warehouse.execute(f'ALTER TABLE {schema}."{name}" ADD COLUMN "{column}" {kind}')
                continue
            warehouse.execute(f'DROP TABLE IF EXISTS {schema}."{name}"')
            body = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
            warehouse.execute(f'CREATE TABLE {schema}."{name}" ({body})')


def insert_frame(warehouse: duckdb.DuckDBPyConnection, schema: str, table: str, frame: pl.DataFrame) -> int:
    """Append a frame by column name; columns the table does not have are refused by DuckDB."""
    warehouse.register("incoming", frame.to_arrow())
    try:
        warehouse.execute(f'INSERT INTO {schema}."{table}" BY NAME SELECT * FROM incoming')
    finally:
        warehouse.unregister("incoming")
    return frame.height


def replace_table(warehouse: duckdb.DuckDBPyConnection, schema: str, table: str, frame: pl.DataFrame) -> int:
    """Put a frame in the place of a table's rows, in one transaction; its rows."""
    warehouse.begin()
    try:
        warehouse.execute(f'DELETE FROM {schema}."{table}"')
        insert_frame(warehouse, schema, table, frame)
        warehouse.commit()
    except BaseException:
        warehouse.rollback()
        raise
    return frame.height
