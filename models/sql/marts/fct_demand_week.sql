-- What did customers ask for, week by week, and could it have been served? One row per series and week from its first demand on, zeros included.
{{ demand_by_period("week") }}
