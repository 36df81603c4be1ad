{# True when what forecasts learn from is what was recorded and what people made of it, never below zero, and no order exceeds the record. #}
{% test learned_is_recorded_and_adjusted(model) %}
select *
from {{ model }}
where learned_quantity <> demand_quantity + adjustment_quantity
    or learned_quantity < 0
    or largest_order_quantity > demand_quantity
    or (average_price is null) <> (demand_quantity = 0)
{% endtest %}
