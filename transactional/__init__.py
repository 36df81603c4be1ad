"""The ledger and the documents: the one place where something that happened is written down."""

from transactional.ledger import Answer, Ledger, open_ledger

__all__ = ["Answer", "Ledger", "open_ledger"]
