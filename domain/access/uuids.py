"""Accounts as UUIDs, for APIs whose tenants, workspaces and companies are UUIDs."""

from uuid import UUID, uuid5

ACCOUNTS = UUID("7b1c3f0e-52d4-4c8e-9a37-6f0d2b9c41ae")
"""The namespace of accounts; never to change, for integrators keep what is made with it."""


def account_uuid(account_id: int) -> UUID:
    """The UUID of an account: the same on every server, without a column."""
    return uuid5(ACCOUNTS, str(account_id))
