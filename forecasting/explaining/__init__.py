"""What a forecast says in words and figures: reasons, changes, season, drift, accuracy."""
