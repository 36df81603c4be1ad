-- What did customers ask for, month by month, and could it have been served? One row per series and month from its first demand on, zeros included.
{{ demand_by_period("month") }}
