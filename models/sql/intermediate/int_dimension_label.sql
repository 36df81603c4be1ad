-- What is a KPI's dimension value called, and whose target does it follow? One row per dimension and key.
select 'company' as dimension, '' as dimension_key, company_name as label, company_name_zh as label_zh, '' as target_scope
from {{ ref("int_company") }}
union all
select
    'item', cast(item_id as varchar), sku || ' ' || item_name, sku || ' ' || item_name_zh,
    coalesce('category:' || category_id, '')
from {{ ref("dim_item") }}
union all
select 'category', cast(category_id as varchar), name, coalesce(nullif(name_zh, ''), name), 'category:' || category_id
from {{ ref("stg_item_category") }}
union all
select 'warehouse', cast(warehouse_id as varchar), warehouse_name, warehouse_name_zh, 'warehouse:' || warehouse_id
from {{ ref("dim_warehouse") }}
union all
select 'supplier', cast(supplier_id as varchar), supplier_name, supplier_name_zh, 'supplier:' || supplier_id
from {{ ref("dim_supplier") }}
union all
select 'customer', cast(customer_id as varchar), customer_name, customer_name_zh, 'customer_class:' || customer_class
from {{ ref("dim_customer") }}
union all
select 'buyer', cast(user_id as varchar), name, coalesce(nullif(name_zh, ''), name), ''
from {{ ref("stg_app_user") }}
union all
select 'counter', cast(user_id as varchar), name, coalesce(nullif(name_zh, ''), name), ''
from {{ ref("stg_app_user") }}
union all
select distinct
    'zone', places.warehouse_id || ':' || places.zone, warehouses.warehouse_name || ' ' || places.zone,
    warehouses.warehouse_name_zh || ' ' || places.zone, ''
from {{ ref("stg_location") }} as places
inner join {{ ref("dim_warehouse") }} as warehouses
    on places.warehouse_id = warehouses.warehouse_id
