"""What every room may lean on: errors, exact numbers, calendars, messages and their translations, ids.

Standard library only, so that importing it costs nothing and binds nobody.
"""
