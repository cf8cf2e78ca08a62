"""A table of results is read as spreadsheets save it, and every cell that is wrong is named."""

import csv
import io
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel import spreadsheets
from domain.kernel.errors import BadInput
from domain.questionnaires import calibration, cells, findings

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), min_size=1, max_size=20)


class TestReading:
    def test_takes_what_spreadsheets_write(self) -> None:
        text = (
            "\ufeffInterview reference;Status;Score;Clear;rating:Q1;rating:Q1:note;rating:Q 2:text;Attempt\r\n"
            'IRN-1;Result Published;72,5;WAHR;HR;"zögert; lange";;2\r\n'
            ";;;;;;;\r\n"
            "IRN-2;under_review;;;;;'=SUM(A1);\r\n"
        )
        lines, faults = cells.read(text)
        assert faults == []
        first, second = lines
        assert (first.row, first.reference, first.attempt, second.row, second.attempt) == (2, "IRN-1", 2, 4, None)
        assert (first.said["score"], first.said["clear"], first.said["evaluation"]) == (72.5, True, None)
        assert first.said["ratings"] == [{"sequence": "Q1", "risk_level": "HR", "note": "zögert; lange"}]
        assert second.said["ratings"] == [{"sequence": "Q 2", "text": "=SUM(A1)"}], "a formula is a text as any other"

    def test_names_every_cell_that_is_wrong(self) -> None:
        text = "interview_reference,status,score,clear,attempt,summary_color,evaluation\n" + (
            "IRN-1,ok,101,perhaps,0,red,#REF!\n,ok,,,,,\nIRN-3,,1e3,,,,\nIRN-4,ok,nan,,,,,,too much\n" + f"IRN-5,ok,,,,,{'x' * 101}\n"
        )
        lines, faults = cells.read(text)
        assert lines == []
        assert [(fault.row, fault.column) for fault in faults] == [
            (2, "score"),
            (2, "clear"),
            (2, "attempt"),
            (2, "summary_color"),
            (2, "evaluation"),
            (3, "interview_reference"),
            (4, "score"),
            (4, "status"),
            (5, None),
            (6, "evaluation"),
        ]
        assert all(fault.message for fault in faults)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "status\nok\n",
            "interview_reference,status\n",
            "interview_reference,status,colour\nIRN-1,ok,red\n",
            "interview_reference,status,status\nIRN-1,ok,ok\n",
            "interview_reference,status,rating:\nIRN-1,ok,HR\n",
            'interview_reference,status\nIRN-1,"ok\n',
            "interview_reference,status\n" + "IRN-1,ok\n" * (cells.MOST_ROWS + 1),
            "interview_reference,status\n" + "x" * cells.LONGEST_FILE,
            "interview_reference,status\n" + "x" * 140_000 + ",ok\n",
            "interview_reference,status" + "".join(f",rating:{n}" for n in range(2_000)) + "\nIRN-1,ok\n",
        ],
    )
    def test_refuses_what_is_no_table_of_results(self, text: str) -> None:
        with pytest.raises(BadInput) as refused:
            cells.read(text)
        assert [fault.path for fault in refused.value.fields] == [("csv",)]

    @pytest.mark.parametrize("number", ["0", "-1", "1.0", "32768", "000000001" + "9" * 5_000, "\u0661"])
    def test_refuses_what_is_no_number_of_an_attempt(self, number: str) -> None:
        lines, [fault] = cells.read(f"interview_reference,status,attempt\nIRN-1,ok,{number}\n")
        assert (lines, fault.column) == ([], "attempt")

    @given(TEXT.filter(str.strip), st.sampled_from([",", ";", "\t"]))
    def test_gives_texts_back_as_they_were_however_they_are_divided(self, note: str, delimiter: str) -> None:
        written = io.StringIO()
        rows = [("interview_reference", "status", "notes"), ("IRN-1", "ok", spreadsheets.safe("=" + note)[:1] + "=" + note)]
        csv.writer(written, delimiter=delimiter).writerows(rows)
        [line], faults = cells.read(written.getvalue())
        assert (faults, line.said["notes"]) == ([], "=" + note)

    @given(st.text(max_size=200))
    def test_fails_on_nothing(self, text: str) -> None:
        try:
            lines, faults = cells.read("interview_reference,status,score,rating:Q1\n" + text)
        except BadInput:
            return
        assert lines or faults


class TestFindings:
    @pytest.mark.parametrize(
        ("wrong", "path"),
        [
            ({"status": " "}, ("status",)),
            ({"status": "x" * 101}, ("status",)),
            ({"evaluation": "a\0"}, ("evaluation",)),
            ({"summary_color": "#12345g"}, ("summaryColor",)),
            ({"summary_color": "#28a745\n"}, ("summaryColor",)),
            ({"score": 100.1}, ("score",)),
            ({"score": float("nan")}, ("score",)),
            ({"notes": "x" * 5_001}, ("notes",)),
            ({"ratings": [{"sequence": "1"}] * 501}, ("ratings",)),
            ({"ratings": [{"sequence": "1"}, {"sequence": ""}]}, ("ratings", "1", "sequence")),
            ({"ratings": [{"sequence": "1", "risk_level": "x" * 101}]}, ("ratings", "0", "riskLevel")),
        ],
    )
    def test_are_held_to_their_form_alone(self, wrong: dict[str, Any], path: tuple[str, ...]) -> None:
        with pytest.raises(BadInput) as refused:
            findings.checked({"status": "ok", **wrong})
        assert refused.value.fields[0].path == path

    @given(TEXT.filter(str.strip), TEXT, TEXT, st.booleans(), st.floats(0, 100))
    def test_are_kept_as_they_were_given(self, status: str, evaluation: str, summary: str, clear: bool, score: float) -> None:
        """I-QST-5: whatever one value is, no other follows from it."""
        said = {"status": status, "evaluation": evaluation, "summary": summary, "clear": clear, "score": score}
        kept = findings.checked(said | {"ratings": [{"sequence": evaluation + "1", "risk_level": "", "note": summary}]})
        assert {name: kept[name] for name in said} == said
        assert kept["ratings"] == [{"sequence": evaluation + "1", "risk_level": "", "text": None}]
        assert kept["rating_notes"] == [summary]


PEOPLE = st.lists(
    st.tuples(st.booleans(), st.sampled_from([None, "LR", "G", "HR"]), st.sampled_from([None, "hired", "left", "gone"])), max_size=60
)


class TestCalibration:
    @given(PEOPLE)
    def test_counts_everybody_once(self, people: list[tuple[bool, str | None, str | None]]) -> None:
        rows = [SimpleNamespace(judged=j, evaluation=e if j else None, outcome=o, people=1) for j, e, o in people]
        table = calibration.table(rows, {"LR", "G"}, {"hired"})
        aside = table.without_result + table.without_evaluation + table.without_outcome
        assert table.compared + aside == len(people)
        assert table.compared == sum(cell.count for cell in table.cells)
        both = [(e, o) for j, e, o in people if j and e and o]
        assert table.true_positives == sum(e in ("LR", "G") and o == "hired" for e, o in both)
        assert table.false_negatives == sum(e == "HR" and o == "hired" for e, o in both)
