"""Hand the screens one immutable snapshot after another, each whole or not at all."""

from pipelines.publish.last_run import record_run
from pipelines.publish.snapshot import Published, publish

__all__ = ["Published", "publish", "record_run"]
