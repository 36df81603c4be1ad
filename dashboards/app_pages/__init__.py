"""One file per screen; each reads like a description of what is on it."""
