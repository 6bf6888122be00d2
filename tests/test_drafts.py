"""What a model writes: plain text, JSON by our schema, thinking; in whatever pieces."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_server import claims, in_pieces

from rag.errors import GenerationError
from rag.generate.drafts import Draft, DraftStream


def read(written: str, size: int = 1000) -> tuple[str, Draft]:
    """Return what was shown while it was written, and what it was in the end."""
    stream = DraftStream()
    shown = [stream.feed(piece) for piece in in_pieces(written, size)]
    rest, draft = stream.close()
    return "".join([*shown, rest]), draft


def test_json_becomes_a_text_with_the_numbers_behind_each_claim() -> None:
    shown, draft = read(claims(("Deux exaflops.", [3]), ("À Almaty [2].", [2, 5])))
    assert draft.text == "Deux exaflops. [3] À Almaty [2]. [5]"
    assert shown == draft.text
    assert [draft.text[a:b] for a, b in draft.spans or ()] == [
        "Deux exaflops. [3]",
        "À Almaty [2]. [5]",
    ]


def test_json_in_a_fence_and_without_one_are_the_same() -> None:
    written = claims(("Deux.", [1]))
    assert read(f"```json\n{written}\n```")[1] == read(written)[1] == Draft("Deux. [1]", ((0, 9),))


def test_json_is_shown_while_it_is_written() -> None:
    stream = DraftStream()
    assert stream.feed('{"claims": [{"claim": "Deux exa') == "Deux exa"
    assert stream.feed("flops [2") == "flops"
    assert stream.feed('].", "sentences": [1') == " [2]."
    assert stream.feed(']}, {"claim": "Al') == " [1] Al"


def test_thinking_is_left_out() -> None:
    assert read("<think>It may be [7].</think>\n\nDeux [1].") == (
        "Deux [1].",
        Draft("Deux [1].", None),
    )


@pytest.mark.parametrize("declined", ["NO ANSWER", "No answer.", ' {"claims": []}'])
def test_a_model_can_say_that_nothing_answers(declined: str) -> None:
    assert read(declined)[1].text == ""


@pytest.mark.parametrize("nothing", ["", " \n ", "<think>hm</think>", "<think>never over"])
def test_nothing_at_all_is_an_error(nothing: str) -> None:
    with pytest.raises(GenerationError, match="wrote nothing"):
        read(nothing)


@pytest.mark.parametrize(
    "malformed",
    [
        '{"claims": [{"claim": "Deux',
        '{"claims": "Deux [1]"}',
        '{"claims": [{"claim": "Deux", "sentences": ["1"]}]}',
        '{"claims": [{"claim": 2, "sentences": [1]}]}',
        '{"claims": [{"sentences": [1]}]}',
        '{"claims": ["Deux"]}',
        '{"answer": "Deux"}',
        '{"claims": []} and more',
        "{claims}",
    ],
)
def test_malformed_json_is_an_error(malformed: str) -> None:
    with pytest.raises(GenerationError, match="something else than the JSON"):
        read(malformed)


_WRITTEN = st.one_of(
    st.text(alphabet="ab [1]`\n{<", max_size=40).filter(lambda t: not t.lstrip().startswith("{")),
    st.lists(
        st.tuples(
            st.text(alphabet='ab [1]"\\é\n', max_size=12), st.lists(st.integers(0, 30), max_size=3)
        ),
        max_size=4,
    ).map(lambda pairs: claims(*pairs)),
    st.lists(st.text(alphabet="aé[1]", max_size=9), max_size=3).map(
        lambda said: json.dumps({"claims": [{"claim": s, "sentences": [1]} for s in said]})
    ),
)


@given(_WRITTEN, st.integers(1, 5))
def test_however_it_is_cut_the_draft_is_the_same(written: str, size: int) -> None:
    def outcome(size: int) -> tuple[str, Draft] | str:
        try:
            return read(written, size)
        except GenerationError as error:
            return str(error)

    one, other = outcome(size), outcome(1000)
    assert one == other
    if isinstance(one, tuple) and one[1].text:
        assert one[0].strip() == one[1].text
