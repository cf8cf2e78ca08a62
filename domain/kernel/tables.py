"""Lists of rows that are kept as columns, for what the database keeps as arrays side by side."""

from collections.abc import Iterator, Sequence
from typing import Any

from domain.kernel.statements import Row


class Table(Sequence[Row]):
    """Rows of one type, made only when somebody looks at one; who reads columns takes the arrays.

    Raises ValueError when the arrays differ in length.
    """

    __slots__ = ("arrays", "row")

    def __init__(self, row: type[Row], *arrays: Sequence[Any]) -> None:
        self.row = row
        self.arrays = arrays
        length = len(arrays[0])
        for array in arrays:
            if len(array) != length:
                raise ValueError(f"The columns of {row.graph_type} differ in length.")

    def __len__(self) -> int:
        return len(self.arrays[0])

    def __iter__(self) -> Iterator[Row]:
        return map(self.row, zip(*self.arrays, strict=True))

    def __getitem__(self, index: Any) -> Any:
        return list(self)[index]
