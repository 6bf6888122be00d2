"""Names of a claim, looked for in what it cites, across languages and scripts."""

import pytest

from rag.generate.names import known_names, missing_names


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("В Алматы встретились Токаев и Каллас", "Tokaïev a rencontré Kallas à Almaty"),
        ("so Токаевым сказано", "Tokayev l'a dit"),
        ("He lives in London", "Il vit à Londres"),
        ("он из Соединенных Штатов", "il vient des États-Unis"),
        ("in the EU and the US, on AI", "dans l'UE et aux États-Unis, sur l'IA"),
        ("it opened on Thursday", "jeudi, il a ouvert"),
        ("the Kazakh one", "celui du Kazakhstan"),
        ("by Elvin Abbasov", "par Elvin Abbasov"),
        ("the Ministry of Digital Development", "le ministère du Développement numérique"),
        ("at Astana Hub’da", "à l'Astana Hub"),
        ("с Каей Каллас", "avec Kaja Kallas"),
        ("with H200 and TensorRT", "avec H200, TensorRT"),
        ("It rains.", "Il pleut."),
    ],
)
def test_a_name_is_found_in_another_language(claim: str, evidence: str) -> None:
    assert missing_names(claim, evidence) == []


@pytest.mark.parametrize(
    ("claim", "evidence", "missing"),
    [
        ("it was Macron", "c'était Tokaïev", ["Macron"]),
        ("это Мирзиёев", "c'était Tokaïev", ["Мирзиёев"]),
        ("in Austria", "en Australie", ["Austria"]),
        ("in Iraq", "en Iran", ["Iraq"]),
        ("in London", "à Paris", ["London"]),
        ("the EU", "les États-Unis", ["EU"]),
        ("it is Alem", "c'est Almaty", ["Alem"]),
        ("run by Kazakhtelecom", "géré par le Kazakhstan", ["Kazakhtelecom"]),
        ("in the US", "they told us of it", ["US"]),
        ("with H100", "avec H200", ["H100"]),
        ("Bill Gates said so.", "Elon Musk l'a dit.", ["Bill", "Gates"]),
        ("it opened on Friday", "jeudi, il a ouvert", ["Friday"]),
        ("Kassym-Jomart Nazarbayev", "Kassym-Jomart Tokaïev", ["Nazarbayev"]),
    ],
)
def test_another_name_is_missing(claim: str, evidence: str, missing: list[str]) -> None:
    assert missing_names(claim, evidence) == missing


def test_a_first_word_is_a_name_only_where_it_is_known_as_one() -> None:
    assert missing_names("Macron agreed.", "Il est d'accord.") == []
    known = known_names(["Le président Macron a parlé."])
    assert missing_names("Macron agreed.", "Il est d'accord.", known=known) == ["Macron"]
    assert missing_names("Macron agreed.", "x", casing=lambda _: "name") == ["Macron"]


def test_in_german_a_capital_alone_says_nothing() -> None:
    assert missing_names("Der Rechner steht dort.", "Le calculateur y est.", nouns=True) == []
    assert missing_names("Er steht in London.", "Il est à Paris.", nouns=True) == ["London"]
    assert missing_names("Es war Bill Gates selbst.", "C'était lui.", nouns=True) == ["Bill"]
