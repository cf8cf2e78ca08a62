"""What can go wrong with flows."""

from domain.kernel.errors import BadInput, DomainError, FieldFault, Kind


class TooManyFlows(DomainError):
    kind = Kind.WRONG_STATE
    code = "TOO_MANY_FLOWS"

    def __init__(self, limit: int) -> None:
        super().__init__(f"An account has at most {limit} flows. Delete one that is no longer used.", details={"limit": limit})


class StepFixed(DomainError):
    """Existing steps stay as they are but for their thresholds (R-FLW-6)."""

    kind = Kind.BAD_INPUT
    code = "FLOW_STEP_FIXED"

    def __init__(self, faults: list[FieldFault]) -> None:
        super().__init__(faults[0].message, fields=faults)


class UnknownInstrument(DomainError):
    kind = Kind.BAD_INPUT
    code = "UNKNOWN_INSTRUMENT"

    def __init__(self, faults: list[FieldFault]) -> None:
        super().__init__(faults[0].message, fields=faults)


class FlowNotActive(DomainError):
    kind = Kind.WRONG_STATE
    code = "FLOW_NOT_ACTIVE"
    text = "This flow is not active, so nobody can be put on it."


class AlreadyOnFlow(DomainError):
    kind = Kind.CONFLICT
    code = "ALREADY_ON_FLOW"
    text = "This candidate is on this flow already."


class UnknownReference(BadInput):
    code = "UNKNOWN_REFERENCE"
    text = "No candidate is known by this reference."


class NoEmail(BadInput):
    code = "NO_EMAIL"
    text = "An email address is needed to ask somebody to take a step."


class NotOver(DomainError):
    kind = Kind.WRONG_STATE
    code = "FLOW_STEP_NOT_OVER"
    text = "A step is asked for again only when the candidate's latest attempt at it expired or was taken back."


class TooManyRepeats(DomainError):
    kind = Kind.WRONG_STATE
    code = "TOO_MANY_REPEATS"

    def __init__(self, limit: int) -> None:
        super().__init__(f"A candidate is asked at most {limit} times to take a step.", details={"limit": limit})
