"""Job profiles, and how results match them: explained, ranked, tried out."""
