{# The columns by which people know an item, warehouse, supplier, customer; `alias` is the joined dimension. #}
{% macro item_labels(alias="items") -%}
    {{ alias }}.item_id,
    {{ alias }}.sku,
    {{ alias }}.item_name,
    {{ alias }}.item_name_zh,
    {{ alias }}.base_unit
{%- endmacro %}

{% macro category_labels(alias="items") -%}
    {{ alias }}.category_id,
    {{ alias }}.category_code,
    {{ alias }}.category_name,
    {{ alias }}.category_name_zh
{%- endmacro %}

{% macro warehouse_labels(alias="warehouses") -%}
    {{ alias }}.warehouse_id,
    {{ alias }}.warehouse_code,
    {{ alias }}.warehouse_name,
    {{ alias }}.warehouse_name_zh
{%- endmacro %}

{% macro supplier_labels(alias="suppliers") -%}
    {{ alias }}.supplier_id,
    {{ alias }}.supplier_code,
    {{ alias }}.supplier_name,
    {{ alias }}.supplier_name_zh
{%- endmacro %}

{% macro customer_labels(alias="customers") -%}
    {{ alias }}.customer_id,
    {{ alias }}.customer_code,
    {{ alias }}.customer_name,
    {{ alias }}.customer_name_zh
{%- endmacro %}
