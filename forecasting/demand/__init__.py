"""What was asked for, and what is unknown of it: adjusted, marked, censored, borrowed, ended demand, its pattern and season."""
