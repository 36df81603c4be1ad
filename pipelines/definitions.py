"""Where Dagster's own processes look: everything for the company whose home the settings name."""

from pipelines.job import build_definitions
from pipelines.settings import load_settings

defs = build_definitions(load_settings())
