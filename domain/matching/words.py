"""What a match says in words, in both languages."""

from collections.abc import Sequence

from domain.kernel.language import Text

RATINGS = {
    "green": Text(en="Excellent", de="Ausgezeichnet"),
    "lightgreen": Text(en="Good", de="Gut"),
    "yellow": Text(en="Acceptable", de="Akzeptabel"),
    "orange": Text(en="Marginal", de="Grenzwertig"),
    "red": Text(en="Critical", de="Kritisch"),
}
_ADVICE = {
    "green": Text(
        en="The result is very close to what the job profile asks for. Use the interview to learn how these strengths show at work.",
        de="Das Ergebnis liegt sehr nah an dem, was das Jobprofil verlangt. "
        "Klären Sie im Gespräch, wie sich diese Stärken im Alltag zeigen.",
    ),
    "lightgreen": Text(
        en="The result fits the job profile well. Talk about the few scales that lie further from the ideal.",
        de="Das Ergebnis passt gut zum Jobprofil. Sprechen Sie über die wenigen Skalen, die weiter vom Ideal entfernt liegen.",
    ),
    "yellow": Text(
        en="The result fits the job profile in good part. Ask for examples where it does not, and plan how to support the start.",
        de="Das Ergebnis passt in wesentlichen Teilen zum Jobprofil. Fragen Sie nach Beispielen, wo es nicht passt, "
        "und planen Sie die Einarbeitung entsprechend.",
    ),
    "orange": Text(
        en="The result fits the job profile in some parts only. Check in the interview whether experience makes up for the rest.",
        de="Das Ergebnis passt nur in Teilen zum Jobprofil. Prüfen Sie im Gespräch, ob Erfahrung den Rest ausgleicht.",
    ),
    "red": Text(
        en="The result is far from what the job profile asks for. Check whether another job suits this person better; "
        "the score alone should turn nobody down.",
        de="Das Ergebnis liegt weit von dem entfernt, was das Jobprofil verlangt. Prüfen Sie, ob eine andere Aufgabe besser passt; "
        "eine Absage allein wegen dieses Werts wäre nicht angemessen.",
    ),
}
MOST_NAMED = 3


def recommendation(colour: str, red: Sequence[Text], missing: Sequence[Text]) -> Text:
    """What the overall score suggests, which scales lie in the red zone, and which could not be looked at."""
    advice = _ADVICE[colour]
    en, de = [advice.en], [advice.de]
    if red:
        names = _listed(red)
        en.append(f"Outside the critical bounds: {names.en}.")
        de.append(f"Außerhalb der kritischen Grenzen: {names.de}.")
    if missing:
        names = _listed(missing)
        en.append(f"Not looked at, because too few items were answered: {names.en}.")
        de.append(f"Nicht berücksichtigt, weil zu wenige Fragen beantwortet wurden: {names.de}.")
    return Text(en=" ".join(en), de=" ".join(de))


def _listed(names: Sequence[Text]) -> Text:
    return Text(en=_joined([name.en for name in names], "and", "more"), de=_joined([name.de for name in names], "und", "weitere"))


def _joined(names: Sequence[str], last_by: str, more: str) -> str:
    """`A, B and C`, or `A, B, C and 4 more`."""
    if len(names) > MOST_NAMED:
        return f"{', '.join(names[:MOST_NAMED])} {last_by} {len(names) - MOST_NAMED} {more}"
    *first, last = names
    return f"{', '.join(first)} {last_by} {last}" if first else last
