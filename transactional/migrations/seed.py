"""What does every ledger hold before its company exists? Its counters, the system user, and lot 0 for items without lots."""

from __future__ import annotations

from transactional.engine.store import Session

__all__ = ["seed"]


def seed(session: Session) -> None:
    """Add what is missing. Safe to run again."""
    if session.dialect == "sqlite":
        for name in ("row_id", "posting_sequence"):
            session.run("INSERT INTO id_block (name, next_value) VALUES (?, 1) ON CONFLICT DO NOTHING", (name,))
    session.run(
        "INSERT INTO app_user (user_id, login, name, name_zh, role, language, password_hash, is_active, posting_sequence) "
        "VALUES (0, 'system', 'System', '系统', 'system', 'en', '!', 1, 0) ON CONFLICT DO NOTHING"
    )
    session.run(
        "INSERT INTO lot (lot_id, item_id, code, supplier_lot_code, posting_sequence) VALUES (0, NULL, '-', '', 0) "
        "ON CONFLICT DO NOTHING"
    )
