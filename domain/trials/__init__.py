"""Trials: somebody asks for an account to try things with, an operator decides, and a link gives the first key."""
