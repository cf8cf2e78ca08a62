"""What happens to exports."""

from domain.exports.status import Format
from domain.kernel.event_types import Thing, code, happening, number, yes_or_no

EXPORT = Thing("Export", "exp_")

EXPORT_REQUESTED = happening(
    "export.requested",
    EXPORT,
    "A file of results was asked for.",
    format=code("As what kind of file.", Format),
    people=yes_or_no("Whether with who they are."),
    answers=yes_or_no("Whether with their answers."),
)
EXPORT_STARTED = happening(
    "export.started",
    EXPORT,
    "The file is being made.",
    rows=number("How many results it is going to have."),
    tries=number("Which try it is, from 1.", least=1),
)
EXPORT_READY = happening(
    "export.ready", EXPORT, "The file can be fetched.", rows=number("How many results it has."), size=number("How many bytes.")
)
EXPORT_FAILED = happening("export.failed", EXPORT, "The file could not be made.")
EXPORT_WITHDRAWN = happening("export.withdrawn", EXPORT, "The file was taken back, because somebody was erased who may be in it.")
EXPORT_EXPIRED = happening("export.expired", EXPORT, "Its day was over: the file and what was asked for are deleted.")
EXPORT_DELETED = happening("export.deleted", EXPORT, "The account deleted it.")
