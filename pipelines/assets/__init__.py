"""Assets by subject; each calls one step and tells Dagster what came of it."""
