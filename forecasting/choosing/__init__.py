"""Past forecasts against what came: the weights of a combination, the champion, and what a refit is told."""
