"""An answer, written by a scripted model: what is verified, and what becomes of its failures."""

import socket
from collections.abc import Callable

import pytest
from scripted_server import Reply, Scripted, claims, in_pieces, number_of, scripted

from rag.generate import Generated, GeneratedAnswer, LanguageModel, generate_answer, write_answer
from rag.generate.writing import NOT_ASKED
from rag.index import Index

QUESTION = "How many exaflops does the Kazakh supercomputer have?"
EXAFLOPS, PETAFLOPS, SIGNED = "deux exaflops", "56,4 petaflops", "Le 6 novembre 2025"


def no_schema(write: Callable[[dict[str, int]], str], **options: object) -> object:
    """Script a server that writes text; `write` gets the numbers of three known sentences."""

    def script(request: dict[str, object]) -> Reply:
        if "response_format" in request:
            return Reply(status=400, body={"error": {"message": "response_format is unknown"}})
        return Reply(in_pieces(write(_numbers(request))), **options)

    return script


def with_schema(write: Callable[[dict[str, int]], str]) -> object:
    """Script a server that writes JSON by the schema that it is sent."""

    def script(request: dict[str, object]) -> Reply:
        assert "response_format" in request
        return Reply(in_pieces(write(_numbers(request))))

    return script


def _numbers(request: dict[str, object]) -> dict[str, int]:
    prompt = str(request["messages"][-1]["content"])
    return {words: number_of(prompt, words) for words in (EXAFLOPS, PETAFLOPS, SIGNED)}


def ask(index: Index, script: object, question: str = QUESTION) -> tuple[GeneratedAnswer, Scripted]:
    with scripted(script) as server:
        model = LanguageModel(server.url, "scripted", timeout=30)
        return generate_answer(index, question, model=model), server


def objections(generated: Generated) -> list[str | None]:
    return [claim.reason for claim in generated.claims]


def test_a_true_claim_stands_with_its_citation(seeds_index: Index) -> None:
    written, server = ask(
        seeds_index, no_schema(lambda at: f"It has about two exaflops [{at[EXAFLOPS]}].")
    )
    generated = written.generated
    assert generated.text == "It has about two exaflops [1]."
    (claim,) = generated.claims
    assert (claim.start, claim.end) == (0, len(generated.text))
    assert (claim.citations, claim.supported, claim.reason) == ((1,), True, None)
    (citation,) = generated.citations
    assert citation.number == 1
    assert EXAFLOPS in citation.quote
    text = seeds_index.article(citation.article).text
    assert text[citation.start : citation.end] == citation.quote
    assert (generated.used, generated.note, generated.finish_reason) == (True, None, "stop")
    assert generated.model == "scripted"
    assert set(generated.timings_ms) == {"write", "verify"}
    assert EXAFLOPS in (written.answer.answer or "")
    assert len(server.requests) == 2  # with a schema, and without


def test_json_by_the_schema_is_the_same(seeds_index: Index) -> None:
    written, server = ask(
        seeds_index,
        with_schema(lambda at: claims(("It has about two exaflops.", [at[EXAFLOPS]]))),
    )
    assert written.generated.text == "It has about two exaflops. [1]"
    assert written.generated.used
    schema = server.requests[0]["response_format"]["json_schema"]
    assert schema["strict"]
    allowed = schema["schema"]["properties"]["claims"]["items"]["properties"]["sentences"]["items"]
    lines = [line for line in server.prompt().splitlines() if line.startswith("[")]
    assert allowed["enum"] == list(range(1, len(lines) + 1))


def test_what_arrives_is_shown_as_it_arrives_and_is_the_whole(seeds_index: Index) -> None:
    answer = seeds_index.ask(QUESTION)
    with scripted(
        no_schema(lambda at: f"Two exaflops 【{at[EXAFLOPS]}†a】, so [^{at[EXAFLOPS]}]. ")
    ) as server:
        *shown, last = write_answer(seeds_index, answer, LanguageModel(server.url, "scripted"))
    assert isinstance(last, Generated)
    assert len(shown) > 5
    assert all(isinstance(piece, str) for piece in shown)
    assert "".join(map(str, shown)).strip() == last.text == "Two exaflops [1], so [1]."


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("It has about three exaflops [{n}].", "“three exaflops” does not stand in what it cites"),
        ("It has two petaflops [{n}].", "“two petaflops” does not stand in what it cites"),
        ("It has two exaflops since 2024 [{n}].", "“2024” does not stand in what it cites"),
        (
            "It has two exaflops, says Nazarbayev [{n}].",
            "“Nazarbayev” is not named in what it cites",
        ),
        ("It has two exaflops.", "it cites no sentence"),
        ("It has two exaflops [99].", "there is no sentence [99]"),
        ("It has two exaflops [0].", "there is no sentence [0]"),
        ("It has two exaflops `[{n}]`.", "it cites no sentence"),
        ("Supercomputer, supercomputer [{n}].", "it says no more than the question"),
        ("The weather will be fine and warm [{n}].", "what it cites does not seem to say it"),
    ],
)
def test_a_false_claim_is_marked_with_the_reason(
    seeds_index: Index, claim: str, reason: str
) -> None:
    def write(at: dict[str, int]) -> str:
        said = claim.format(n=at[EXAFLOPS])
        return f"The supercomputer has a capacity of two exaflops [{at[EXAFLOPS]}].\n{said}"

    generated = ask(seeds_index, no_schema(write))[0].generated
    assert objections(generated) == [None, reason]
    assert generated.used
    assert generated.note == "1 of 2 statements of the model could not be verified."


def test_a_wrong_date_is_caught_and_the_right_one_stands_in_any_language(
    seeds_index: Index,
) -> None:
    def write(at: dict[str, int]) -> str:
        n = at[SIGNED]
        return (
            f"Nvidia officially signed the memorandum on November 6, 2025 [{n}].\n"
            f"Nvidia подписала меморандум с Казахстаном 06.11.2025 [{n}].\n"
            f"Nvidia signed it on November 7, 2025 [{n}]."
        )

    question = "When did Nvidia sign the memorandum with the government of Kazakhstan?"
    generated = ask(seeds_index, no_schema(write), question)[0].generated
    assert objections(generated) == [None, None, "“7” does not stand in what it cites"]


def test_the_right_number_in_another_languages_format_stands(seeds_index: Index) -> None:
    def script(request: dict[str, object]) -> Reply:
        prompt = str(request["messages"][-1]["content"])
        n = number_of(prompt, "plus de 1 700 entreprises")
        return Reply([claims(("Astana Hub hosts more than 1,700 companies.", [n]),
                             ("В Astana Hub более 1700 компаний.", [n]))])  # fmt: skip

    generated = ask(seeds_index, script, "Сколько компаний в Astana Hub?")[0].generated
    assert objections(generated) == [None, None]


def test_a_citation_of_another_sentence_does_not_pass(seeds_index: Index) -> None:
    written, _ = ask(
        seeds_index, no_schema(lambda at: f"The machine has two exaflops [{at[PETAFLOPS]}].")
    )
    assert not written.generated.used
    assert objections(written.generated) == ["“two exaflops” does not stand in what it cites"]


def test_where_little_is_left_the_extractive_answer_stands(seeds_index: Index) -> None:
    def write(at: dict[str, int]) -> str:
        return (
            f"Two exaflops [{at[EXAFLOPS]}]. It was built by Macron in 1997 for 9 billion euros "
            f"[{at[EXAFLOPS]}], and everyone agrees that it is the finest of all machines."
        )

    written, _ = ask(seeds_index, no_schema(write))
    assert not written.generated.used
    told = "1 of 2 statements of the model could not be verified; the articles' own words"
    assert (written.generated.note or "").startswith(told)
    assert EXAFLOPS in (written.answer.answer or "")


def test_true_but_beside_the_question_does_not_stand(seeds_index: Index) -> None:
    def script(request: dict[str, object]) -> Reply:
        lines = str(request["messages"][-1]["content"]).splitlines()
        *_, other = [line for line in lines if line.startswith("[")]
        number, _, quote = other[1:].partition("] ")
        return Reply([claims((quote, [int(number)]))])

    generated = ask(seeds_index, script)[0].generated
    assert not generated.used
    assert (generated.note or "").startswith("What the model cites does not seem to answer")


def test_a_claim_without_words_is_none(seeds_index: Index) -> None:
    generated = ask(seeds_index, with_schema(lambda at: claims(("…", [1]))))[0].generated
    assert (generated.claims, generated.used) == ((), False)
    assert (generated.note or "").startswith("The model wrote nothing that could be verified;")


def test_a_model_that_finds_no_answer_is_a_note(seeds_index: Index) -> None:
    for script in (no_schema(lambda _: "NO ANSWER"), with_schema(lambda _: claims())):
        generated = ask(seeds_index, script)[0].generated
        assert (generated.text, generated.used) == ("", False)
        assert (generated.note or "").startswith("The model found no answer in the sentences;")


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Reply(status=401, body={"error": {"message": "no"}}), "does not accept the key (401)"),
        (Reply(status=404, body={"error": {"message": "no"}}), "no such model or path (404)"),
        (Reply(status=500, body={"error": {"message": "no"}}), "failed (500)"),
        (Reply(status=400, body={"error": {"message": "exceeds context size"}}), "too long"),
        (Reply(body=b"{"), "something else than a chat completion"),
        (Reply(["It has two"], finish=None, done=False), "ended before the answer was complete"),
        (Reply(["It has two"], finish="length"), "cut off at its greatest length"),
        (Reply(["It has two"], finish="content_filter"), "a filter of the server withheld it"),
        (Reply(["It has two"], finish="tool_calls"), "ended with 'tool_calls'"),
        (Reply([]), "the model wrote nothing"),
        (Reply(['{"claims": [{"claim"']), "something else than the JSON asked for"),
    ],
)
def test_a_failure_is_one_sentence_and_the_extractive_answer(
    seeds_index: Index, reply: Reply, told: str
) -> None:
    written, _ = ask(seeds_index, reply)
    generated = written.generated
    assert told in (generated.note or "")
    assert (generated.note or "").endswith("; the articles' own words stand instead.")
    assert "\n" not in (generated.note or "")
    assert (generated.used, generated.text, generated.claims) == (False, "", ())
    assert EXAFLOPS in (written.answer.answer or "")


def test_a_model_that_is_slow_or_not_there_is_a_note(seeds_index: Index) -> None:
    with scripted(Reply(["x"], wait=30)) as server:
        slow = LanguageModel(server.url, "scripted", timeout=0.2)
        generated = generate_answer(seeds_index, QUESTION, model=slow).generated
    assert "scripted did not finish within 0.2 seconds" in (generated.note or "")
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}/v1"
    absent = LanguageModel(url, "scripted")
    generated = generate_answer(seeds_index, QUESTION, model=absent).generated
    assert "cannot be reached" in (generated.note or "")


def test_where_the_articles_do_not_answer_the_model_is_not_asked(seeds_index: Index) -> None:
    written, server = ask(seeds_index, Reply(["x"]), "What is the boiling point of ethanol?")
    assert written.answer.abstained
    assert server.requests == []
    assert (written.generated.note, written.generated.used) == (NOT_ASKED, False)


def test_a_follow_up_is_asked_as_it_was_completed(seeds_index: Index) -> None:
    before = seeds_index.ask("Combien d’entreprises dans Astana Hub ?")
    with scripted(Reply(["NO ANSWER"])) as server:
        model = LanguageModel(server.url, "scripted")
        written = generate_answer(seeds_index, "Et au Kazakhstan ?", model=model, after=before)
    assert written.answer.completed
    assert server.prompt().endswith(f"Question: {written.answer.completed}")
