"""Moments as people read them, the same in mails and on pages."""

from datetime import UTC, datetime

FORMS = {"en": "{date}, {time} UTC", "de": "{date}, {time} Uhr (UTC)"}


def told(at: str, language: str) -> str:
    """A moment of ISO 8601 that means the same wherever it is read: date, time and their zone."""
    from babel.dates import format_date, format_time  # only when a moment is told: it would slow every start

    moment = datetime.fromisoformat(at).astimezone(UTC)
    date, time = format_date(moment, format="long", locale=language), format_time(moment, format="HH:mm", locale=language)
    return FORMS[language].format(date=date, time=time)
