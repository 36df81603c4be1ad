{# A folder's schema is its own name, never prefixed with the target's: staging, marts, reports ... #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
