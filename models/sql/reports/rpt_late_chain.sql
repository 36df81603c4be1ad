-- What is the whole story of each late line, from its delivery back to the root? One row per late line and step; the days of the steps sum
-- to the line's late_days. who: the supplier, carrier, buyer or work centre whose step it is; the work centre is that of the operation
-- which ended latest against its schedule. Empty: nobody by name.
with steps as (
    select * from {{ ref("fct_late_step") }}
),

operations as (
    select
        work_order_id,
        arg_max(
            work_center_id,
            (actual_end_date - scheduled_end_date, operation_sequence)
        ) as work_center_id
    from {{ ref("stg_work_order_operation") }}
    where actual_end_date is not null
        and work_order_id in (select work_order_id from steps)
    group by all
)

select
    steps.sales_order_line_id,
    cast(steps.step_number as bigint) as step_number,
    cast(steps.depth as bigint) as depth,
    steps.link,
    steps.cause,
    steps.days,
    steps.planned_date,
    steps.actual_date,
    steps.document_kind,
    steps.document_number,
    steps.evidence_key,
    {{ item_labels() }},
    {{ warehouse_labels() }},
    case
        when suppliers.supplier_id is not null then 'supplier'
        when carriers.carrier_id is not null then 'carrier'
        when buyers.user_id is not null then 'buyer'
        when centers.work_center_id is not null then 'work_center'
        else ''
    end as who_kind,
    coalesce(suppliers.supplier_name, carriers.name, buyers.name, centers.name, '') as who,
    coalesce(
        suppliers.supplier_name_zh,
        nullif(carriers.name_zh, ''), carriers.name,
        nullif(buyers.name_zh, ''), buyers.name,
        nullif(centers.name_zh, ''), centers.name,
        ''
    ) as who_zh
from steps
inner join {{ ref("dim_item") }} as items
    on steps.item_id = items.item_id
inner join {{ ref("dim_warehouse") }} as warehouses
    on steps.warehouse_id = warehouses.warehouse_id
left join {{ ref("dim_supplier") }} as suppliers
    on steps.supplier_id = suppliers.supplier_id
left join {{ ref("stg_carrier") }} as carriers
    on steps.carrier_id = carriers.carrier_id
left join {{ ref("stg_app_user") }} as buyers
    on steps.buyer_id = buyers.user_id
left join operations
    on steps.work_order_id = operations.work_order_id
left join {{ ref("stg_work_center") }} as centers
    on operations.work_center_id = centers.work_center_id
