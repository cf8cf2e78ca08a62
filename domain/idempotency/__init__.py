"""Requests that are carried out once, however often they come: the records behind the header Idempotency-Key."""
