-- Did the shelf hold what the book said? One row per counted record (item x location x lot x status of a stocktake).
-- is_match: the difference is within tolerance, which is zero for counted units and 0.5 % of the book for weighed or measured ones.
with lines as (
    select * from {{ ref("stg_stocktake_line") }}
),

stocktakes as (
    select * from {{ ref("stg_stocktake") }}
),

locations as (
    select * from {{ ref("stg_location") }}
),

items as (
    select * from {{ ref("dim_item") }}
),

warehouses as (
    select * from {{ ref("dim_warehouse") }}
),

company as (
    select * from {{ ref("int_company") }}
),

users as (
    select * from {{ ref("stg_app_user") }}
),

lots as (
    select lot_id, code as lot_code from {{ ref("stg_lot") }}
),

counted as (
    select
        lines.*,
        stocktakes.number as stocktake_number,
        stocktakes.kind as stocktake_kind,
        stocktakes.warehouse_id,
        stocktakes.count_date,
        stocktakes.posted_date
    from lines
    inner join stocktakes
        on lines.stocktake_id = stocktakes.stocktake_id
    where lines.counted_quantity is not null
        and stocktakes.status <> 'cancelled'
    -- A recount replaces the first count of the same record.
    qualify row_number() over (
        partition by lines.stocktake_id, lines.item_id, lines.location_id, lines.lot_id, lines.status
        order by lines.is_recount desc, lines.stocktake_line_id desc
    ) = 1
),

costed as (
    -- Unit cost at the close of the day before the count, so that the count's own differences do not price themselves.
    select
        counted.stocktake_line_id,
        stock.quantity_micro as pool_quantity_micro,
        stock.value_micro as pool_value_micro
    from counted
    asof left join (
        select item_id, warehouse_id, valid_from, quantity_micro, value_micro
        from {{ ref("fct_stock_daily") }}
        where stock_class = 'on_hand'
            and quantity_micro > 0
    ) as stock
        on counted.item_id = stock.item_id
        and counted.warehouse_id = stock.warehouse_id
        and counted.count_date > stock.valid_from
)

select
    counted.stocktake_line_id,
    counted.stocktake_id,
    counted.stocktake_number,
    counted.stocktake_kind,
    counted.count_date,
    counted.posted_date,
    counted.warehouse_id,
    counted.item_id,
    counted.location_id,
    locations.code as location_code,
    locations.zone,
    counted.lot_id,
    lots.lot_code,
    counted.status,
    counted.counter_id,
    coalesce(users.name, '') as counter,
    counted.cause_code,
    counted.is_recount,
    counted.book_quantity as book_quantity_micro,
    counted.counted_quantity as counted_quantity_micro,
    counted.counted_quantity - counted.book_quantity as difference_micro,
    cast(coalesce(
        {{ scaled("costed.pool_value_micro", "1000000", "costed.pool_quantity_micro") }},
        items.standard_cost_micro,
        0
    ) as bigint) as unit_cost_micro,
    abs(counted.counted_quantity - counted.book_quantity)
    <= case
        when items.is_measured then (cast(counted.book_quantity as hugeint) * company.count_tolerance_ppm) // 1000000
        else 0
    end as is_match
from counted
inner join items
    on counted.item_id = items.item_id
inner join locations
    on counted.location_id = locations.location_id
inner join costed
    on counted.stocktake_line_id = costed.stocktake_line_id
left join lots
    on counted.lot_id = lots.lot_id
left join users
    on counted.counter_id = users.user_id
cross join company
