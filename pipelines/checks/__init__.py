"""What must hold before anything is published? Plain functions of the working file; Dagster only calls them."""

from pipelines.checks.rules import CHECKS, CheckResult, run_check

__all__ = ["CHECKS", "CheckResult", "run_check"]
