"""One series by hand with statsmodels, and the specification file that lets such a model serve."""
