"""True claims and others, in five languages, against the sentences that they cite."""

import pytest
from conftest import SEEDS

from rag.bench.questions import Question, read_questions
from rag.generate.sources import Source, gather_sources
from rag.generate.support import reading_support
from rag.generate.verify import Verifier, vocabulary_casing
from rag.index import Index

TRUE = {
    "en01": "The first supercomputer delivered to Kazakhstan has a capacity of about two exaflops.",
    "ru01": "В Astana Hub работает более 1700 компаний.",
    "tr01": "Şaydorov 2025 Dünya Şampiyonası'nda gümüş madalya kazandı.",
    "fr03": "Bagdat Mussin préside le conseil d'administration de Kazakhtelecom.",
    "fr05": "Alem signifie « Monde » en kazakh.",
    "en02": "Nvidia announced the signing of the memorandum of understanding on 6 November 2025.",
    "en07": "Freedom Holding generated 1.6 billion in revenue in 2024.",
    "ru06": "Президент Токаев встретился с Каей Каллас.",
    "kk03": "Digital Bridge форумы 2025 жылғы 2-4 қазанда өтті.",
    "kk04": "Платформаның 8000-нан астам пайдаланушысы бар.",
    "tr02": "İnşaatın ilk aşaması 2026'nın ilk yarısında başlayacak.",
    "fr06": "C'est la société américaine Firebird qui a reçu la licence d'exportation.",
}
IDLE = (
    *("The weather will be fine and warm.", "The company has announced a new product."),
    *("Il fait beau aujourd'hui.", "Le gouvernement va augmenter les impôts sur les voitures."),
    *("Погода будет хорошей.", "Компания объявила о новом продукте."),
    *("Hava güzel olacak.", "Компания жаңа өнім шығарды."),
)


@pytest.fixture(scope="module")
def verdicts(seeds_index: Index) -> dict[str, list[str | None]]:
    """What is objected to true claims, to those citing something else, and to idle ones."""
    questions = {q.id: q for q in read_questions(SEEDS / "questions.jsonl")}
    casing = vocabulary_casing(seeds_index.encoder)
    found: dict[str, list[str | None]] = {"true": [], "other": [], "idle": []}
    for place, (id, claim) in enumerate(TRUE.items()):
        question = questions[id]
        sources = gather_sources(seeds_index.generation, seeds_index.ask(question.question))
        verifier = Verifier(
            question.question, sources, reading_support(seeds_index, sources), casing
        )
        right = [s.citation.number for s in sources if _holds(seeds_index, s, question)]
        wrong = [s.citation.number for s in sources if s.citation.number not in right]
        found["true"].append(verifier.objection(claim, right[:1], text=claim))
        for number in wrong[place % 3 :: 15]:
            found["other"].append(verifier.objection(claim, [number], text=claim))
        idle = IDLE[place % len(IDLE)]
        found["idle"].append(verifier.objection(idle, right[:1], text=idle))
    return found


def _holds(index: Index, source: Source, question: Question) -> bool:
    assert question.article
    assert question.quote
    at = index.article(question.article).text.index(question.quote)
    cited = source.citation
    overlaps = cited.start < at + len(question.quote) and at < cited.end
    return cited.article == question.article and overlaps


def test_true_claims_in_any_language_stand(verdicts: dict[str, list[str | None]]) -> None:
    assert sum(objection is None for objection in verdicts["true"]) >= len(TRUE) - 1


def test_claims_that_cite_another_sentence_fall(verdicts: dict[str, list[str | None]]) -> None:
    assert len(verdicts["other"]) >= 20
    assert sum(objection is None for objection in verdicts["other"]) <= 1


def test_idle_words_fall(verdicts: dict[str, list[str | None]]) -> None:
    assert sum(objection is None for objection in verdicts["idle"]) <= 1
