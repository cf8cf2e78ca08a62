"""What happens to candidates, also by what other contexts do."""

from domain.kernel.event_types import Thing, code, codes, happening, number, reference

CANDIDATE = Thing("Candidate", "cand_")
ERASURE = Thing("Erasure", "era_")

CANDIDATE_ADDED = happening("candidate.added", CANDIDATE, "A person was named to the account for the first time.")
CANDIDATE_CHANGED = happening(
    "candidate.changed",
    CANDIDATE,
    "What is known about a candidate was told anew, by the account or by themselves.",
    fields=codes("Which details.", ["name", "given_name", "family_name", "gender", "birth_year", "language", "references"]),
)
CANDIDATE_PROTECTED = happening("candidate.protected", CANDIDATE, "A candidate was protected from being erased.")
CANDIDATE_UNPROTECTED = happening("candidate.unprotected", CANDIDATE, "A candidate may be erased again.")
CANDIDATE_DISCLOSED = happening(
    "candidate.disclosed",
    CANDIDATE,
    "Somebody downloaded everything that is held about a candidate.",
    format=code("As what kind of file.", ["json", "pdf"]),
)
CANDIDATE_ANONYMIZED = happening(
    "candidate.anonymized",
    CANDIDATE,
    "A candidate was erased: nobody can tell any more who it was.",
    erasure=reference("The erasure.", ERASURE),
    attempts=number("How many attempts they had."),
    canceled=number("How many open invites were canceled for it."),
)
