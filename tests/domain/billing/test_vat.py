"""VAT: which kind for whom, and that cents add up."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum import iban
from stdnum.eu import vat as eu_vat

from domain.billing.vat import EU, OUTSIDE, REVERSED, Buyer, Tax, amounts, share, tax_for, vat_number, vat_on
from domain.kernel.seller import EXAMPLE_SELLER

GERMAN = EXAMPLE_SELLER
SWISS = replace(GERMAN, country="CH", vat_id="CHE116281710", rate=810)
AMERICAN = replace(GERMAN, country="US", vat_id="", rate=0)
GREEK = replace(GERMAN, country="GR", vat_id="EL094259216", rate=2400)
FRENCH = replace(GERMAN, country="FR", vat_id="FR40303265045", rate=2000)
HOME = Tax("standard", 1900)


class TestKind:
    @pytest.mark.parametrize(
        ("country", "vat_id", "tax"),
        [
            ("DE", None, HOME),
            ("DE", "DE136695976", HOME),
            ("de", "DE136695976", HOME),
            ("AT", "ATU13585627", REVERSED),
            ("AT", "at u13585627", REVERSED),
            ("AT", "ATU13585628", HOME),
            ("AT", "U13585627", HOME),
            ("AT", "DE136695976", HOME),
            ("AT", "", HOME),
            ("AT", None, HOME),
            ("GR", "EL094259216", REVERSED),
            ("GR", "GR094259216", REVERSED),
            ("EL", "EL094259216", REVERSED),
            ("FR", "FR 40 303 265 045", REVERSED),
            ("MC", "FR40303265045", REVERSED),
            ("IE", "EU372022452", HOME),
            ("GB", "XI980780684", OUTSIDE),
            ("GB", "GB980780684", OUTSIDE),
            ("XI", "XI980780684", OUTSIDE),
            ("IM", None, OUTSIDE),
            ("CH", "CHE116281710", OUTSIDE),
            ("US", "US12345678", OUTSIDE),
            ("US", "ATU13585627", OUTSIDE),
            ("", "ATU13585627", OUTSIDE),
        ],
    )
    def test_from_germany(self, country: str, vat_id: str | None, tax: Tax) -> None:
        assert tax_for(GERMAN, Buyer(country, vat_id)) == tax

    @pytest.mark.parametrize(
        ("seller", "country", "vat_id", "tax"),
        [
            (GREEK, "GR", "EL094259216", Tax("standard", 2400)),
            (GREEK, "EL", None, Tax("standard", 2400)),
            (GREEK, "DE", "DE136695976", REVERSED),
            (GREEK, "DE", None, Tax("standard", 2400)),
            (FRENCH, "MC", "FR40303265045", Tax("standard", 2000)),
            (SWISS, "CH", None, Tax("standard", 810)),
            (SWISS, "DE", "DE136695976", REVERSED),
            (SWISS, "DE", None, OUTSIDE),
            (SWISS, "US", None, OUTSIDE),
            (AMERICAN, "US", None, OUTSIDE),
            (AMERICAN, "DE", "DE136695976", OUTSIDE),
            (AMERICAN, "DE", None, OUTSIDE),
        ],
    )
    def test_from_elsewhere(self, seller, country: str, vat_id: str | None, tax: Tax) -> None:  # type: ignore[no-untyped-def]
        assert tax_for(seller, Buyer(country, vat_id)) == tax

    @given(st.sampled_from([GERMAN, SWISS, AMERICAN, GREEK, FRENCH]), st.text(max_size=3), st.text(max_size=20) | st.none())
    @example(GERMAN, "AT", "AT\u0000U13585627")
    @example(GERMAN, "AT", "ATU١٣٥٨٥٦٢٧")
    def test_of_anything_is_told(self, seller, country: str, vat_id: str | None) -> None:  # type: ignore[no-untyped-def]
        tax = tax_for(seller, Buyer(country, vat_id))
        assert (tax.rate > 0) == (tax.kind == "standard")
        assert tax.kind != "reverse_charge" or vat_number(country, vat_id)


class TestNumber:
    @pytest.mark.parametrize(
        ("country", "given", "written"),
        [
            ("GR", "gr 094259216", "EL094259216"),
            ("FR", "FR 40 303 265 045", "FR40303265045"),
            ("AT", "ATU13585627", "ATU13585627"),
            ("BE", "BE697449992", "BE0697449992"),
            ("GB", "XI980780684", None),
            ("US", "US12345678", None),
        ],
    )
    def test_is_written_one_way(self, country: str, given: str, written: str | None) -> None:
        assert vat_number(country, given) == written

    def test_states_are_those_that_numbers_are_checked_for(self) -> None:
        assert {code.lower() for code in EU} == eu_vat.MEMBER_STATES - {"xi"}

    def test_the_example_is_right(self) -> None:
        assert vat_number(GERMAN.country, GERMAN.vat_id) == GERMAN.vat_id
        assert iban.is_valid(GERMAN.iban)


CENTS = st.integers(-(10**12), 10**12)
RATES = st.integers(0, 9999)


class TestAmounts:
    @pytest.mark.parametrize(
        ("lines", "rate", "net", "vat"),
        [
            ([4900], 1900, 4900, 931),
            ([50], 100, 50, 1),
            ([49], 100, 49, 0),
            ([-50], 100, -50, -1),
            ([50, 50], 100, 100, 2),
            ([], 1900, 0, 0),
            ([4900], 0, 4900, 0),
        ],
    )
    def test_are_rounded_by_line(self, lines: list[int], rate: int, net: int, vat: int) -> None:
        assert amounts(lines, Tax("standard", rate)) == (net, vat, net + vat)

    @given(st.lists(CENTS, max_size=20), RATES)
    def test_add_up(self, lines: list[int], rate: int) -> None:
        tax = Tax("standard", rate)
        net, vat, gross = amounts(lines, tax)
        assert (net, gross) == (sum(lines), net + vat)
        assert abs(vat - Fraction(net * rate, 10_000)) <= Fraction(len(lines), 2)

    @given(CENTS, RATES)
    def test_are_taken_back_whole(self, net: int, rate: int) -> None:
        tax = Tax("standard", rate)
        assert vat_on(-net, tax) == -vat_on(net, tax)

    @given(CENTS, st.integers(0, 10**6), st.integers(1, 10**6))
    def test_a_share_is_the_nearest_cent(self, cents: int, part: int, whole: int) -> None:
        assert abs(share(cents, part, whole) - Fraction(cents * part, whole)) <= Fraction(1, 2)
