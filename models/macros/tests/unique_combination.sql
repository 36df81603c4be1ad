{# True when no two rows agree in all of `columns`, and none of them is null: the grain of a table. #}
{% test unique_combination(model, columns) %}
select {{ columns | join(", ") }}, count(*) as row_count
from {{ model }}
group by all
having count(*) > 1
    {%- for column in columns %}
    or {{ column }} is null
    {%- endfor %}
{% endtest %}
