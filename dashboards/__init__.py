"""The screens: read-only snapshot in, commands out."""
