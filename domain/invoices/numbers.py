"""What invoices are numbered and dated by."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.kernel.seller import Seller
from domain.kernel.work import SERIES

FIRST_CUSTOMER = 1_000
"""The number before the first customer's."""
DUE = timedelta(days=14)
"""Until when an invoice is to be paid that was not paid when it was issued."""


def customer_number(account_id: int) -> int:
    """An account's number on invoices: 1001 for the first, the same for good."""
    return FIRST_CUSTOMER + account_id - SERIES["account"]


def number(year: int, account_id: int, running: int) -> str:
    """`2026/1001/1`: year, account, running number of both."""
    return f"{year}/{customer_number(account_id)}/{running}"


def day(seller: Seller, moment: datetime) -> date:
    """The day of a moment in the seller's books."""
    return moment.astimezone(ZoneInfo(seller.time_zone)).date()
