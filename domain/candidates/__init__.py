"""Candidates: one person in one account, found by their normalised email address."""
