"""The models that forecast all series at once, each a function of prepared demand."""
