"""How statements are spread over pages."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.pages.sheets import Sheets

VALUES = st.lists(st.none() | st.integers(1, 5), min_size=1, max_size=300)


def answers(values: list[int | None]) -> list[dict[str, object]]:
    return [{"item": {"key": f"item_{number}"}, "value": value} for number, value in enumerate(values)]


@given(VALUES)
def test_every_statement_stands_on_one_page_and_pages_are_even(values):
    sheets = Sheets(answers(values))
    sizes = [len(sheet.answers) for sheet in sheets.all]

    assert [key for sheet in sheets.all for key in sheet.keys] == [f"item_{number}" for number in range(len(values))]
    assert max(sizes) - min(sizes) <= 1
    assert max(sizes) <= 7
    assert [sheet.first for sheet in sheets.all] == [1 + sum(sizes[:page]) for page in range(len(sizes))]


@given(VALUES)
def test_gaps_and_progress_agree(values):
    sheets = Sheets(answers(values))

    assert sheets.answered == sum(value is not None for value in values)
    assert sum(len(sheet.open) for sheet in sheets.gaps) == len(values) - sheets.answered
    assert (sheets.percent == 100) == (not sheets.gaps)


def test_the_profile_questionnaire_has_17_pages():
    sheets = Sheets(answers([None] * 115))

    assert (len(sheets), {len(sheet.answers) for sheet in sheets.all}) == (17, {6, 7})
    assert (sheets.get(0), sheets.get(18)) == (None, None)
