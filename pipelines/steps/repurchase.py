"""Who will buy what again? Customers' purchases in, `forecast.repurchase` out.

A list stands at a day (`as_of`): the newest one, made again whenever purchases changed, and those of month ends, by which lists
are judged once the days after them have passed. Beside the first list, the one of the last month end that can be judged is made
with only what was then known (`origin` 'simulated'). Everything of a day is replaced in one transaction.

    repurchase            as_of x customer x item     chances, date, quantity, rank
    repurchase_customers  as_of x customer            the same for a purchase of anything
    repurchase_lists      as_of                       how many pairs, how many left out, made from what

At most `MAXIMUM_PAIRS` pairs are listed: customers with the largest purchases of the last year first, each with all of his
items, so that nobody's rhythm is cut. The rest is counted in `left_out_pairs`.
"""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import polars as pl

from forecasting.repurchase.call_list import RepurchaseResult, repurchase
from kernel.ids import stable_id
from pipelines.settings import Settings
from pipelines.steps.tables import insert_frame
from pipelines.warehouse import read_frame, table_exists

__all__ = ["JUDGED_DAYS", "MAXIMUM_PAIRS", "judged_month_end", "list_repurchases"]

MAXIMUM_PAIRS = 20_000
JUDGED_DAYS = 30  # the window a list is ranked and judged by
_KEPT_MONTHS = 24
_VERSION = 1


def list_repurchases(warehouse: duckdb.DuckDBPyConnection, settings: Settings, as_of: date) -> int:
    """Make the list of `as_of` (and a first one to judge) unless the same purchases were listed; rows of the newest list."""
    if not table_exists(warehouse, "marts", "fct_customer_purchase"):
        return 0
    purchases = _purchases(warehouse)
    attributes = read_frame(
        warehouse, "SELECT item_id, coalesce(category_code, '') AS category FROM marts.dim_item ORDER BY item_id"
    )
    _make(warehouse, settings, purchases, attributes, as_of, "live")
    earlier = judged_month_end(as_of)
    if not warehouse.execute("SELECT 1 FROM forecast.repurchase_lists WHERE as_of < ? LIMIT 1", [as_of]).fetchall():
        _make(warehouse, settings, purchases, attributes, earlier, "simulated")
    return int(warehouse.execute("SELECT count(*) FROM forecast.repurchase WHERE as_of = ?", [as_of]).fetchall()[0][0])


def judged_month_end(as_of: date) -> date:
    """The last month end whose thirty following days had passed at the end of `as_of`.

    >>> judged_month_end(date(2026, 10, 31)), judged_month_end(date(2026, 10, 29))
    (datetime.date(2026, 9, 30), datetime.date(2026, 8, 31))
    """
    day = as_of - timedelta(days=JUDGED_DAYS) + timedelta(days=1)
    return day.replace(day=1) - timedelta(days=1)


def _purchases(warehouse: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    return read_frame(
        warehouse,
        "SELECT customer_id, item_id, purchase_date, CAST(quantity_micro AS DOUBLE) / 1e6 AS quantity, "
        "CAST(value_micro AS DOUBLE) / 1e6 AS amount FROM marts.fct_customer_purchase ORDER BY ALL",
    )


def _make(
    warehouse: duckdb.DuckDBPyConnection,
    settings: Settings,
    purchases: pl.DataFrame,
    attributes: pl.DataFrame,
    as_of: date,
    origin: str,
) -> None:
    known = purchases.filter(pl.col("purchase_date") <= as_of)
    kept = _largest(known, as_of)
    pairs = known.select("customer_id", "item_id").n_unique()
    told = stable_id(_VERSION, settings.seed, *kept.hash_rows(seed=1).to_list(), *attributes.hash_rows(seed=1).to_list())
    if warehouse.execute(
        "SELECT 1 FROM forecast.repurchase_lists WHERE as_of = ? AND purchase_hash = ? AND origin = ?", [as_of, told, origin]
    ).fetchall():
        return
    is_live = origin == "live"
    result = repurchase(
        kept, cutoff=as_of, horizon_days=JUDGED_DAYS, attributes=attributes, seed=settings.seed, has_customers=is_live
    )
    listed = pl.DataFrame(
        {
            "as_of": [as_of],
            "origin": [origin],
            "purchase_hash": [told],
            "pair_count": [result.pairs.height],
            "left_out_pairs": [pairs - kept.select("customer_id", "item_id").n_unique()],
        }
    )
    warehouse.begin()
    try:
        _replace(warehouse, as_of, origin, result, listed)
        warehouse.commit()
    except BaseException:
        warehouse.rollback()
        raise


def _largest(known: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Purchases of the customers who fit into the list."""
    size = known.group_by("customer_id").agg(
        pl.col("item_id").n_unique().alias("pairs"),
        pl.col("amount").filter(pl.col("purchase_date") > as_of - timedelta(days=365)).sum().alias("amount"),
    )
    fitting = size.sort(["amount", "customer_id"], descending=[True, False]).filter(pl.col("pairs").cum_sum() <= MAXIMUM_PAIRS)
    return known.filter(pl.col("customer_id").is_in(fitting["customer_id"].implode()))


def _replace(
    warehouse: duckdb.DuckDBPyConnection, as_of: date, origin: str, result: RepurchaseResult, listed: pl.DataFrame
) -> None:
    # A list of no month end served its day; it goes when the next one comes.
    gone = "as_of = ? OR as_of < ? OR (as_of < ? AND as_of <> last_day(as_of) AND ? = 'live')"
    oldest = as_of - timedelta(days=31 * _KEPT_MONTHS)
    for table in ("repurchase", "repurchase_customers", "repurchase_lists"):
        warehouse.execute(f"DELETE FROM forecast.{table} WHERE {gone}", [as_of, oldest, as_of, origin])
    stamp = [pl.lit(as_of).alias("as_of"), pl.lit(origin).alias("origin")]
    insert_frame(warehouse, "forecast", "repurchase", result.pairs.with_columns(stamp))
    insert_frame(warehouse, "forecast", "repurchase_customers", result.customers.with_columns(stamp))
    insert_frame(warehouse, "forecast", "repurchase_lists", listed)
