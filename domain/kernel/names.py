"""Names of people: kept as given, with a guess at their parts for interfaces that want two fields."""


def split(name: str) -> tuple[str, str]:
    """Guess given and family name: the last word is the family name, a comma puts it first."""
    if "," in name:
        family, _, given = name.partition(",")
        return given.strip(), family.strip()
    given, _, family = name.rpartition(" ")
    return (given, family) if given else (family, "")


def joined(given_name: str | None, family_name: str | None) -> str:
    """Given and family name as one."""
    return " ".join(part for part in (given_name, family_name) if part)
