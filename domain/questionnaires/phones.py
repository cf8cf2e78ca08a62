"""Phone numbers: kept as they are given, and as E.164 where they can be read."""

LONGEST = 50


def e164(given: str, region: str) -> str | None:
    """A number as `+4930123456`, or None where it cannot be read; without a prefix it is one of the region (ISO code of a country)."""
    import phonenumbers  # its tables are large, and only those of the regions that come up are read

    try:
        number = phonenumbers.parse(given, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
