{{ config(materialized="ephemeral") }}
-- On how many late days was the customer not waiting, because he had asked for another date? One row per late line he moved.
-- From the day he asked (the first promise, if he asked before it) to the day he moved it to, or to his next word; the days of several
-- moves never overlap.
with late as (
    select
        sales_order_line_id,
        first_date,
        first_date + cast(late_days as integer) as end_date
    from {{ ref("fct_sales_line") }}
    where is_late
),

moves as (
    select
        line_id as sales_order_line_id,
        business_date as asked_date,
        cast(json_extract_string(new_value, '$.promised_date') as date) as moved_to_date,
        lead(business_date) over (
            partition by line_id
            order by posting_sequence, event_id
        ) as next_asked_date
    from {{ ref("stg_document_event") }}
    where document_kind = 'sales_order'
        and event_kind = 'customer_change'
)

select
    late.sales_order_line_id,
    max(moves.moved_to_date) as moved_to_date,
    cast(sum(greatest(
        least(moves.moved_to_date, coalesce(moves.next_asked_date, late.end_date), late.end_date)
        - greatest(late.first_date, moves.asked_date),
        0
    )) as integer) as customer_days
from late
inner join moves
    on late.sales_order_line_id = moves.sales_order_line_id
group by all
