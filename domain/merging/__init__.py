"""Merging: candidates who turn out to be one person, and those who do not after all."""
