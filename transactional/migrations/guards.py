"""What holds history in place when somebody bypasses the commands? Triggers that refuse to change or delete what was posted."""

from __future__ import annotations

from transactional.engine.store import Session
from transactional.schema import APPEND_ONLY

__all__ = ["guard_names", "make_guards", "missing_guards"]


def guard_names() -> list[str]:
    """Names of the triggers that must exist."""
    return [f"{table}_{verb}_refused" for table in APPEND_ONLY for verb in ("update", "delete")]


def make_guards(session: Session) -> None:
    """Create what is missing: triggers, and on PostgreSQL the counters. Safe to run again."""
    if session.dialect == "sqlite":
        for table in APPEND_ONLY:
            for verb in ("update", "delete"):
                session.run(
                    f"CREATE TRIGGER IF NOT EXISTS {table}_{verb}_refused BEFORE {verb.upper()} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: reverse and post again'); END"
                )
        return
    session.run("CREATE SEQUENCE IF NOT EXISTS row_id START 1")
    session.run("CREATE SEQUENCE IF NOT EXISTS posting_sequence START 1")
    session.run(
        "CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only: reverse and post again', TG_TABLE_NAME; END $$"
    )
    for table in APPEND_ONLY:
        for verb in ("update", "delete"):
            session.run(
                f"CREATE OR REPLACE TRIGGER {table}_{verb}_refused BEFORE {verb.upper()} ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()"
            )


def missing_guards(session: Session) -> list[str]:
    """Triggers that ought to exist and do not."""
    if session.dialect == "sqlite":
        found = session.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    else:
        found = session.rows("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
    present = {row[0] for row in found}
    return [name for name in guard_names() if name not in present]
