"""Dagster and the command line: bring the ledger to the screen, one way."""
