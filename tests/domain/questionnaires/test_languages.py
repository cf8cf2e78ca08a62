"""Languages by the names that people give them."""

import pytest
from babel import localedata
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.inputs import folded
from domain.kernel.language import Language
from domain.questionnaires import languages
from domain.questionnaires.guiding import told


@pytest.mark.parametrize(
    ("given_", "code"),
    [
        ("German", "de"),
        ("deutsch ", "de"),
        ("DE", "de"),
        ("de-AT", "de_AT"),
        ("Österreichisches Deutsch", "de_AT"),
        ("Spanish", "es"),
        ("Spanisch", "es"),
        ("español", "es"),
        ("Espanol", "es"),
        ("Brazilian  Portuguese", "pt_BR"),
        ("日本語", "ja"),
        ("zh-Hant", "zh_Hant"),
        ("Klingon", "tlh"),
        ("Quenya of the West", None),
        ("", None),
    ],
)
def test_are_known_by_many_names(given_: str, code: str | None) -> None:
    assert languages.code_of(given_) == code


@given(st.text(max_size=30))
def test_any_text_is_a_language_or_none(given_: str) -> None:
    code = languages.code_of(given_)
    assert code is None or languages.own_name(code)


@pytest.mark.parametrize("code", ["fr", "tr", "ja", "ar", "uk", "cy"])
def test_what_is_written_down_of_them_is_what_babel_says(code: str) -> None:
    own = localedata.load(code, merge_inherited=False)["languages"][code]
    assert languages.code_of(own) == languages._own_names()[folded(own)] == code


@pytest.mark.parametrize(
    ("given_", "page"),
    [
        (None, (Language.DE, None, None)),
        ("Englisch", (Language.EN, None, None)),
        ("de-AT", (Language.DE, None, None)),
        ("Spanish", (Language.EN, "español", "es")),
        ("pt-BR", (Language.EN, "português (Brasil)", "pt-BR")),
        ("Klingon", (Language.EN, "Klingon", "tlh")),
        ("whatever we speak", (Language.EN, "whatever we speak", None)),
    ],
)
def test_the_page_begins_in_one_of_ours(given_: str | None, page: object) -> None:
    assert told(given_, "de") == page
