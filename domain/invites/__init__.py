"""Invites and attempts: a candidate is asked to take an instrument, and does."""
