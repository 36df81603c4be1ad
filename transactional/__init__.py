"""The ledger and the documents: the one place where something that happened is written down."""
