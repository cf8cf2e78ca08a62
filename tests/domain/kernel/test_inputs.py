"""What people type: addresses, lines, paragraphs; and how text is compared."""

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.provisional import domains

from domain.kernel import inputs
from domain.kernel.errors import BadInput

TEXTS = st.text(max_size=40)


class TestEmailAddress:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("anna@example.com", "anna@example.com"),
            ("  Anna.Berg@Example.COM\n", "anna.berg@example.com"),
            ("ANNA+Tag@example.com", "anna+tag@example.com"),
            ("anna@Müller.de", "anna@xn--mller-kva.de"),
            ("anna@xn--mller-kva.de", "anna@xn--mller-kva.de"),
            ("anna@faß.de", "anna@xn--fa-hia.de"),
            ("Jörg@example.com", "jörg@example.com"),
            ("jo\u0308rg@example.com", "jörg@example.com"),
            ("o'neil@example.com", "o'neil@example.com"),
            ("anna@ＥＸＡＭＰＬＥ.com", "anna@example.com"),
        ],
    )
    def test_has_one_form(self, typed: str, kept: str) -> None:
        assert inputs.email_address(typed) == kept
        assert inputs.email_address(kept) == kept

    @given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9+_]{0,20}", fullmatch=True), domains(max_length=60))
    def test_is_the_same_in_any_case(self, local: str, domain: str) -> None:
        try:
            kept = inputs.email_address(f"{local}@{domain}")
        except BadInput:
            assume(False)
        assert inputs.email_address(f"{local.upper()}@{domain.upper()}") == inputs.email_address(kept) == kept

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            " ",
            "anna",
            "anna@",
            "@example.com",
            "anna@example",
            "anna@localhost",
            "a b@example.com",
            "anna@@example.com",
            "anna@example..com",
            "anna..berg@example.com",
            "Anna <anna@example.com>",
            "anna@example.com, bert@example.com",
            "anna@example.com\r\nBcc: bert@example.com",
            "anna\x00@example.com",
            "\ud800@example.com",
            '"anna berg"@example.com',
            "anna@[192.0.2.1]",
            "anna@" + "b" * 250 + ".com",
            "a" * 300 + "@example.com",
        ],
    )
    def test_refuses_anything_else(self, typed: str) -> None:
        """Q-17, Q-19: nothing that could end up as a header of its own."""
        with pytest.raises(BadInput, match="This is not an email address") as refused:
            inputs.email_address(typed)
        assert refused.value.fields[0].path == ("email",)

    def test_is_refused_where_it_stood(self) -> None:
        with pytest.raises(BadInput) as refused:
            inputs.email_address("nope", "input", "email")
        assert refused.value.fields[0].path == ("input", "email")


class TestLine:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("Anna", "Anna"),
            ("  Anna \t Berg\n", "Anna Berg"),
            ("", None),
            (" \n\t ", None),
            (None, None),
            ("a\u2028b", "a b"),
            ("李 雷", "李 雷"),
        ],
    )
    def test_is_trimmed_and_single_spaced(self, typed: str | None, kept: str | None) -> None:
        assert inputs.line(typed, "name") == kept

    @pytest.mark.parametrize("typed", ["a\x00b", "a\x07", "a\x7fb", "a\x9bb", "a\ud800"])
    def test_has_no_control_characters(self, typed: str) -> None:
        with pytest.raises(BadInput, match="'name' has control characters"):
            inputs.line(typed, "name")

    def test_has_an_end(self) -> None:
        assert inputs.line("a" * 200, "name") == "a" * 200
        assert inputs.line(" " * 500 + "a" + " " * 500, "name") == "a"
        with pytest.raises(BadInput, match="'name' must have at most 200 characters"):
            inputs.line("a" * 201, "name")
        with pytest.raises(BadInput, match="at most 3"):
            inputs.line("aaaa", "label", longest=3)

    @pytest.mark.parametrize("typed", [None, "", "   "])
    def test_may_be_needed(self, typed: str | None) -> None:
        with pytest.raises(BadInput, match="'company' must not be empty"):
            inputs.line(typed, "company", required=True)

    @given(TEXTS)
    def test_is_stable(self, typed: str) -> None:
        try:
            kept = inputs.line(typed, "name")
        except BadInput:
            return
        assert inputs.line(kept, "name") == kept
        assert kept is None or not any(unicodedata.category(character) in ("Cc", "Cs") for character in kept)


class TestParagraph:
    @pytest.mark.parametrize(("typed", "kept"), [(" a\r\nb\tc \n", "a\nb\tc"), ("\n", None), (None, None), ("a\n\n\nb", "a\n\n\nb")])
    def test_keeps_its_lines(self, typed: str | None, kept: str | None) -> None:
        assert inputs.paragraph(typed, "privacy") == kept

    @pytest.mark.parametrize("typed", ["a\x00", "a\rb", "a\x1b[0m", "a\ud800"])
    def test_has_no_other_control_characters(self, typed: str) -> None:
        with pytest.raises(BadInput, match="control characters"):
            inputs.paragraph(typed, "privacy")

    def test_has_an_end(self) -> None:
        with pytest.raises(BadInput, match="at most 10"):
            inputs.paragraph("a" * 11, "privacy", longest=10)


class TestGiven:
    def test_passes_what_is_absent_or_right(self) -> None:
        assert inputs.given(None, bool, "year", message="no") is None
        assert inputs.given(5, lambda year: year > 4, "year", message="no") == 5
        with pytest.raises(BadInput, match="no"):
            inputs.given(4, lambda year: year > 4, "year", message="no")


class TestFolded:
    @pytest.mark.parametrize(
        ("text", "form"),
        [
            ("Müller", "muller"),
            ("MÜLLER", "muller"),
            ("Mu\u0308ller", "muller"),
            ("Weiß", "weiss"),
            ("WEISS", "weiss"),
            ("STRAẞE", "strasse"),
            ("Éloïse", "eloise"),
            ("Ångström", "angstrom"),
            ("ﬁn", "fin"),
            ("ℌans", "hans"),
            ("Ο∆ΟΣ", "ο∆οσ"),
            ("李 雷", "李 雷"),
            ("100 %_a", "100 %_a"),
            ("", ""),
        ],
    )
    def test_is_without_case_and_accents(self, text: str, form: str) -> None:
        assert inputs.folded(text) == form

    @given(TEXTS)
    def test_is_its_own_form(self, text: str) -> None:
        assert inputs.folded(inputs.folded(text)) == inputs.folded(text)

    def test_finds_every_letter_by_its_capital(self) -> None:
        letters = [chr(code) for code in range(0x250) if chr(code).isalpha() and chr(code) != "ı"]
        assert [letter for letter in letters if inputs.folded(letter) != inputs.folded(letter.upper())] == []
