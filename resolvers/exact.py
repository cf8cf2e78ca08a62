"""Exact numbers."""

from domain.kernel.permissions import Access
from resolvers.fields import attribute, graph_type


@graph_type(requires=Access.PUBLIC, description="An exact number, as a fraction that is not reduced.")
class ExactNumber:
    numerator: int = attribute("What stands above the line.")
    denominator: int = attribute("What stands below the line.")
    value: float = attribute("The same as a decimal number, as near as it goes.")
