"""The test suite of Throughline."""
