"""Bring what the ledger posted since last time into DuckDB schema `raw`, once, and prove it arrived."""

from pipelines.ingest.load import IngestResult, ingest, ingest_state

__all__ = ["IngestResult", "ingest", "ingest_state"]
