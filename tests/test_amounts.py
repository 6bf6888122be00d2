"""Numbers and dates of a claim, looked for in what it cites."""

import pytest

from rag.generate.amounts import missing_amounts


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("over 1,700 companies", "plus de 1 700 entreprises"),
        ("более 1700 компаний", "plus de 1 700 entreprises"),
        ("$2 billion", "2 milliards de dollars"),
        ("1 миллиард доллар, 2026", "un milliard de dollars d’exportations d’ici 2026"),
        ("56.4 PFLOPS", "56,4 petaflops"),
        ("56,4 петафлопса", "56,4 petaflops"),
        ("2 эксафлопса", "deux exaflops"),
        ("a two-exaflop machine", "deux exaflops"),
        ("thirty firms", "une trentaine d’entreprises"),
        ("2025 жылғы 2-4 қазанда", "Du 2 au 4 octobre 2025"),
        ("October 2–4, 2025", "Du 2 au 4 octobre 2025"),
        ("6 Kasım 2025'te", "Le 6 novembre 2025"),
        ("on 06.11.2025", "Le 6 novembre 2025"),
        ("on 2025-11-06", "Le 6 novembre 2025"),
        ("at 10:30", "à 10:30"),
        ("1.5 billion", "1 499 000 000"),
        ("200 megawatts", "200 MW"),
        ("200 МВт", "200 MW"),
        ("60 percent", "plus de 60 %"),
        ("8000-нан астам", "plus de 8 000 utilisateurs"),
        ("nothing to count", "rien"),
    ],
)
def test_the_same_amount_in_another_form_is_found(claim: str, evidence: str) -> None:
    assert missing_amounts(claim, evidence) == []


@pytest.mark.parametrize(
    ("claim", "evidence", "missing"),
    [
        ("1,705 companies", "1 700 entreprises", ["1,705 companies"]),
        ("2 million dollars", "2 milliards de dollars", ["2 million dollars"]),
        ("2 milliards d'euros", "2 milliards de dollars", ["2 milliards d'euros"]),
        ("56.4 exaflops", "56,4 petaflops", ["56.4 exaflops"]),
        ("a three-exaflop machine", "deux exaflops", ["three-exaflop"]),
        ("2 exaflops", "deux machines", ["2 exaflops"]),
        ("200 GW", "200 MW", ["200"]),
        ("60 %", "60 entreprises", ["60 %"]),
        ("7 November 2025", "Le 6 novembre 2025", ["7"]),
        ("6 December 2025", "Le 6 novembre 2025", ["December"]),
        ("6 November 2024", "Le 6 novembre 2025", ["2024"]),
        ("on 07.11.2025", "Le 6 novembre 2025", ["07.11.2025"]),
        ("at 10:45", "à 10:30", ["10:45"]),
        ("sixty", "cinquante", ["sixty"]),
        ("3 ans", "2,96 ans", ["3 ans"]),
    ],
)
def test_another_amount_is_missing(claim: str, evidence: str, missing: list[str]) -> None:
    assert missing_amounts(claim, evidence) == missing
