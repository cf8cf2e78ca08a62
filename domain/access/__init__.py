"""Accounts, their API keys and access tokens: who somebody is and what they may do."""
