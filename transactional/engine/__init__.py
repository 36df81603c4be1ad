"""The posting engine: one transaction per batch, rows live in memory until the flush, stock guarded in the statement."""
