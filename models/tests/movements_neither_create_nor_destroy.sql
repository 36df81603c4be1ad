-- Every movement line takes from one place exactly what it brings to another, in quantity and in value.
select movement_line_id
from {{ ref("fct_movement_line") }}
group by all
having count(*) <> 2
    or sum(quantity_change_micro) <> 0
    or sum(value_change_micro) <> 0
