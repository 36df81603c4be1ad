"""Items, categories, warehouses and the company: forecasts that add up, their joint paths, and overrides spread over members."""
