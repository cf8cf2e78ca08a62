"""Credits: what an account may still use, as a ledger that only grows."""
