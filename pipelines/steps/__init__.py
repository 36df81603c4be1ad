"""The work behind every asset, as plain functions of a run: callable without Dagster."""
