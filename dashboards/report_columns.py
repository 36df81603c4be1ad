"""Which columns of which report tables do the screens read?

The reader's side of docs/contracts.md ("reports"), with DuckDB types. What a snapshot lacks is read as empty; the test fixture
builds
its small snapshot from these same lines.
"""

from __future__ import annotations

__all__ = ["COLUMNS"]

_ITEM = "item_id bigint, sku varchar, item_name varchar, item_name_zh varchar, base_unit varchar"
_WAREHOUSE = "warehouse_id bigint, warehouse_code varchar, warehouse_name varchar, warehouse_name_zh varchar"
_SUPPLIER = "supplier_id bigint, supplier_code varchar, supplier_name varchar, supplier_name_zh varchar"
_CUSTOMER = "customer_id bigint, customer_code varchar, customer_name varchar, customer_name_zh varchar"
_CATEGORY = "category_id bigint, category_code varchar, category_name varchar, category_name_zh varchar"
_QUANTITIES = ", ".join(
    f"{name}_quantity decimal(38,6)"
    for name in ("gross_requirement", "on_hand", "scheduled_receipts", "safety_stock", "net_requirement", "lot_rounding")
)
_QUANTILES = ", ".join(f"{name} double" for name in ("p05", "p10", "p25", "p50", "p75", "p90", "p95", "p975"))

_TABLES = {
    "rpt_kpi": "kpi varchar, reading varchar, period_kind varchar, period_start date, period_end date, dimension varchar, "
    "dimension_key varchar, dimension_label varchar, dimension_label_zh varchar, numerator decimal(38,6), denominator "
    "decimal(38,6), "
    "value double, target double, target_high double, previous_value double, previous_year_value double, unit varchar, "
    "record_count bigint, is_complete boolean, status varchar, note_key varchar",
    "rpt_late_lines": f"sales_order_line_id bigint, order_number varchar, {_ITEM}, {_WAREHOUSE}, {_CUSTOMER}, quantity "
    f"decimal(38,6), "
    "first_promised_date date, delivered_date date, late_days bigint, line_value decimal(38,6), is_open boolean, "
    "main_cause varchar",
    "rpt_late_causes": "sales_order_line_id bigint, cause varchar, cause_group varchar, days bigint, document_kind varchar, "
    f"document_number varchar, evidence_key varchar, {_SUPPLIER}",
    "rpt_late_chain": "sales_order_line_id bigint, step_number bigint, depth bigint, link varchar, cause varchar, days bigint, "
    "planned_date date, actual_date date, document_kind varchar, document_number varchar, evidence_key varchar, "
    "who_kind varchar, who varchar, who_zh varchar",
    "rpt_savings_lines": f"purchase_order_line_id bigint, order_number varchar, order_date date, buyer varchar, "
    f"strategy varchar, {_ITEM}, "
    f"{_SUPPLIER}, quantity decimal(38,6), required_quantity decimal(38,6), moq_excess_quantity decimal(38,6), "
    "reference_unit_price decimal(38,6), reference_source varchar, actual_unit_price decimal(38,6), planned_cost decimal(38,6), "
    "actual_cost decimal(38,6), saving decimal(38,6), best_quote_unit_price decimal(38,6), mean_quote_unit_price "
    "decimal(38,6), ppv decimal(38,6)",
    "rpt_count_lines": f"stocktake_number varchar, count_date date, {_ITEM}, {_WAREHOUSE}, location_code varchar, zone varchar, "
    "lot_code varchar, book_quantity decimal(38,6), counted_quantity decimal(38,6), difference decimal(38,6), "
    "difference_value decimal(38,6), is_match boolean, counter varchar, cause_code varchar",
    "rpt_stock": f"{_ITEM}, {_WAREHOUSE}, lot_code varchar, expiry_date date, status varchar, on_hand_quantity decimal(38,6), "
    "allocated_quantity decimal(38,6), unit_cost decimal(38,6), stock_value decimal(38,6), days_to_expiry bigint",
    "rpt_item_locations": f"series_id bigint, {_ITEM}, {_WAREHOUSE}, {_CATEGORY}, procurement varchar, on_hand_quantity "
    f"decimal(38,6), "
    "available_quantity decimal(38,6), on_order_quantity decimal(38,6), backorder_quantity decimal(38,6), "
    "safety_stock_quantity decimal(38,6), stock_value decimal(38,6), days_of_cover double, last_movement_date date, "
    "abc_class varchar, "
    "xyz_class varchar, demand_pattern varchar, problem varchar, problem_value decimal(38,6), usage_turnover double, "
    "previous_usage_turnover double, is_turnover_alert boolean",
    "rpt_open_orders": f"document_kind varchar, document_number varchar, line_id bigint, {_ITEM}, {_WAREHOUSE}, "
    f"quantity_open decimal(38,6), "
    "due_date date, promised_date date, expected_date date, is_past_due boolean, partner_name varchar, partner_name_zh "
    "varchar, status varchar",
    "rpt_movements": f"movement_line_id bigint, business_date date, movement_type varchar, document_kind varchar, "
    f"document_number varchar, "
    f"{_ITEM}, warehouse_id bigint, warehouse_code varchar, from_location varchar, to_location varchar, lot_code varchar, "
    "quantity_change decimal(38,6)",
    "rpt_forecast": "series_id bigint, frequency varchar, period_start date, kind varchar, demand_quantity double, "
    "shipped_quantity double, "
    f"is_in_stock boolean, baseline_quantity double, {_QUANTILES}, override_quantity double, total_quantity double, "
    "spread_quantity double, last_year_quantity double, last_year_forecast_quantity double, "
    "last_forecast_quantity double",
    "rpt_forecast_group": "level varchar, group_key varchar, item_id bigint, category_id bigint, warehouse_id bigint, "
    "group_label varchar, group_label_zh varchar, sku varchar, category_code varchar, warehouse_code varchar, "
    "base_unit varchar, unit varchar, frequency varchar, period_start date, kind varchar, is_complete boolean, "
    "demand_value double, past_forecast_value double, forecast_value double, p10 double, p90 double, override_value double, "
    "override_change double, is_overridden boolean, total_value double, last_year_value double, last_forecast_value double",
    "rpt_override_problems": "frequency varchar, level varchar, override_id bigint, problem_key varchar, problem_values varchar",
    "rpt_forecast_series": f"series_id bigint, {_ITEM}, {_CATEGORY}, {_WAREHOUSE}, frequency varchar, model varchar, "
    "runner_up varchar, reason_key varchar, reason_values varchar, demand_pattern varchar, adi double, cv2 double, "
    "trend_per_period double, seasonal_strength double, is_fallback boolean, naive_wape double, needs_review_score double, "
    "needs_review_reason varchar, "
    "needs_review_urgency integer, wape double, bias double, tracking_signal double, is_drifting boolean, "
    "value_at_stake double",
    "rpt_forecast_accuracy": "series_id bigint, frequency varchar, cutoff date, model varchar, wape double, bias double, "
    "mase double, rmsse double, pinball double, coverage_80 double, origin varchar",
    "rpt_purchase_suggestions": f"planned_order_id varchar, kind varchar, item_location_id bigint, {_ITEM}, "
    f"{_WAREHOUSE}, {_SUPPLIER}, "
    "quantity decimal(38,6), release_date date, receipt_date date, need_date date, late_days bigint, unit_price decimal(38,6), "
    f"cost decimal(38,6), value_at_stake decimal(38,6), reason varchar, {_QUANTITIES}, stockout_date date, "
    f"late_order_count bigint, "
    "served_order_count bigint, need_period date, ordinal bigint, level bigint, lead_time_days bigint, "
    "minimum_order_quantity decimal(38,6), order_multiple_quantity decimal(38,6), source_warehouse_code varchar",
    "rpt_suggestion_demand": f"planned_order_id varchar, demand_kind varchar, demand_number varchar, {_CUSTOMER}, "
    "quantity decimal(38,6), due_date date, level bigint",
    "rpt_supplier_ranking": f"planned_order_id varchar, {_SUPPLIER}, rank bigint, unit_price decimal(38,6), "
    f"expected_cost decimal(38,6), "
    "purchase_cost decimal(38,6), holding_cost decimal(38,6), lateness_cost decimal(38,6), quality_cost decimal(38,6), "
    "gate varchar",
    "rpt_exceptions": f"message_id varchar, kind varchar, supply_id varchar, planned_order_id varchar, item_location_id "
    f"bigint, {_ITEM}, "
    f"{_WAREHOUSE}, quantity decimal(38,6), from_date date, to_date date, value_at_stake decimal(38,6), late_order_count bigint, "
    "pegged_demands varchar, document_number varchar",
    "rpt_forecast_error": f"series_id bigint, {_ITEM}, {_CATEGORY}, {_WAREHOUSE}, frequency varchar, period_start date, "
    "cutoff date, horizon bigint, forecast_origin varchar, model varchar, demand_pattern varchar, is_in_stock boolean, "
    "demand_quantity double, naive_quantity double, baseline_quantity double, sales_quantity double, is_moved_by_sales boolean, "
    "override_quantity double, forecast_quantity double, p025 double, p10 double, p90 double, p975 double, unit_cost double",
    "rpt_demand_marks": "series_id bigint, frequency varchar, period_start date, kind varchar, recorded_quantity double, "
    "suggested_quantity double, score double, is_applied boolean, reason_key varchar, reason_values varchar, demand_date date, "
    "day_quantity double",
    "rpt_forecast_explanation": "series_id bigint, frequency varchar, position bigint, sentence_key varchar, "
    "sentence_values varchar",
    "rpt_forecast_value_added": "frequency varchar, month_start date, step varchar, author_id bigint, author_name varchar, "
    "author_name_zh varchar, series_count bigint, period_count bigint, better_count bigint, demand_quantity decimal(38,6), "
    "error_before double, error_after double, signed_error_after double",
    "rpt_series_value_added": "series_id bigint, frequency varchar, step varchar, author_id bigint, author_name varchar, "
    "author_name_zh varchar, period_count bigint, better_count bigint, demand_quantity decimal(38,6), error_before double, "
    "error_after double, signed_error_after double, last_period date",
    "rpt_calendar": "event_name varchar, event_name_zh varchar, start_date date, end_date date",
    "rpt_forecast_horizon": "source varchar, frequency varchar, origin varchar, cutoff date, horizon bigint, demand_pattern "
    "varchar, model varchar, record_count bigint, demand_quantity double, absolute_error double, signed_error double, "
    "demand_value double, absolute_error_value double, signed_error_value double, count_80 bigint, inside_80 bigint, "
    "count_95 bigint, inside_95 bigint",
    "rpt_seasonality": "level varchar, group_key varchar, group_code varchar, group_name varchar, group_name_zh varchar, "
    "unit varchar, position bigint, year bigint, seasonal_index double, low double, high double, is_clear boolean, "
    "strength double, p_value double, is_significant boolean, year_count bigint, series_count bigint, agreeing_count bigint, "
    "shift_per_year double, is_shifting boolean, festival_effect double, is_festival_clear boolean",
    "rpt_projection": "item_location_id bigint, date date, projected_quantity decimal(38,6), "
    "projected_with_plan_quantity decimal(38,6), "
    "safety_stock_quantity decimal(38,6), gross_requirement_quantity decimal(38,6), scheduled_receipts_quantity decimal(38,6), "
    "planned_receipts_quantity decimal(38,6)",
    "rpt_suppliers": f"{_SUPPLIER}, status varchar, on_time_rate double, on_time_numerator bigint, on_time_denominator bigint, "
    "quality_pass_rate double, quality_numerator decimal(38,6), quality_denominator decimal(38,6), mean_lead_time_days double, "
    "lead_time_sigma_days double, spend_12m decimal(38,6), savings_12m decimal(38,6), next_qualification_expiry_date date, "
    "qualification_days_left bigint, last_order_date date, is_stale boolean",
    "rpt_item_suppliers": f"{_ITEM}, {_SUPPLIER}, unit_price decimal(38,6), lead_time_days bigint, "
    f"minimum_order_quantity decimal(38,6), "
    "order_multiple_quantity decimal(38,6), on_time_rate double, quality_pass_rate double, last_unit_price decimal(38,6), "
    "last_order_date date, is_contract boolean, preference bigint",
    "rpt_data_health": "finding varchar, subject_kind varchar, subject_key varchar, detail varchar, value decimal(38,6)",
    "rpt_repurchase": f"{_CUSTOMER}, customer_class varchar, region varchar, {_ITEM}, {_CATEGORY}, as_of date, rank bigint, "
    "purchase_count bigint, last_purchase_date date, days_since bigint, usual_interval_days double, expected_date date, "
    "expected_date_p25 date, expected_date_p75 date, probability_7 double, probability_14 double, probability_30 double, "
    "probability_60 double, probability_90 double, customer_probability_30 double, expected_quantity double, "
    "expected_quantity_p10 double, expected_quantity_p90 double, expected_amount double, lapsed_probability double, "
    "is_overdue boolean, rank_score double, amount_at_risk double, reason_key varchar, reason_values varchar, "
    "open_order_quantity decimal(38,6), open_order_number varchar, open_order_date date, has_open_order boolean",
    "rpt_repurchase_history": "customer_id bigint, item_id bigint, purchase_date date, kind varchar, quantity decimal(38,6), "
    "amount decimal(38,6)",
    "rpt_repurchase_lists": "as_of date, origin varchar, list_length varchar, pair_count bigint, hit_count bigint, "
    "hit_rate double, expected_rate double, bought_amount decimal(38,6)",
    "rpt_company": "company_id bigint, code varchar, name varchar, name_zh varchar, currency varchar, data_through "
    "date, first_date date",
}

COLUMNS: dict[str, dict[str, str]] = {}
"""Report table -> column -> DuckDB type."""

for _table, _text in _TABLES.items():
    # "decimal(38,6)" holds a comma too: columns are split at ", " with a blank, types have none.
    COLUMNS[_table] = dict(part.split(" ", 1) for part in _text.split(", "))
