"""Results: what an attempt measured, against which norm group."""
