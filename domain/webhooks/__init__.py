"""Webhooks: addresses that are told what happens, and the log of what they were told."""
