"""Which customer buys what again, when, how much, and whom to call first."""
