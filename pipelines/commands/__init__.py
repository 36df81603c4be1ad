"""One module per command a person types; each imports what it needs only when it runs."""
