-- Every interval of closing stock begins the day after the one before it ended, so each day has exactly one closing.
select *
from (
    select
        item_id,
        warehouse_id,
        stock_class,
        valid_from,
        valid_to,
        lead(valid_from) over (partition by item_id, warehouse_id, stock_class order by valid_from) as next_from
    from {{ ref("fct_stock_daily") }}
)
where valid_to < valid_from
    or next_from <> valid_to + 1
