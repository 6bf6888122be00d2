"""Turn the bundled vocabulary into the content of a tokenizer.json.

Knows what XLM-RoBERTa's SentencePiece model does to a text; knows nothing of weights or graphs.
"""

from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers.models import Unigram

from rag.bundled.weights import Vocabulary

# SentencePiece's nmt_nfkc is NFKC except for these; compared with the weights file's own table,
# the rest of the differences are characters that Unicode decomposes since version 13.
_SPACES = r"[\t\n\x0C\r\u1680\u200B-\u200F\u2028\u2029\u2581\uFEFF\uFFFD]"
_REMOVED = r"[\x00-\x08\x0B\x0E-\x1F\x7F\x8F\x9F]"
_FULLWIDTH_TILDE = "\uff5e"  # kept, where NFKC makes it "~"
_SHIELD = "\ufdd0"  # a noncharacter, which no text may hold
_NEVER = -200.0  # far below every piece's log probability


def tokenizer_json(vocabulary: Vocabulary) -> str:
    """Return the JSON of a tokenizer that wraps every text in the special tokens.

    A text must not hold lone surrogates. Neither truncation nor padding is set.
    """
    pieces = vocabulary.pieces
    scores = vocabulary.scores.copy()
    for token in _special(vocabulary):
        scores[token] = _NEVER  # "<s>" in a text is HTML, not the start of a text
    tokenizer = Tokenizer(
        Unigram(list(zip(pieces, scores.tolist(), strict=True)), vocabulary.unknown)
    )
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(_FULLWIDTH_TILDE, _SHIELD),
            normalizers.Replace(Regex(_SPACES), " "),
            normalizers.Replace(Regex(_REMOVED), ""),
            normalizers.NFKC(),
            normalizers.Replace(_SHIELD, _FULLWIDTH_TILDE),
            normalizers.Strip(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    bos, eos = pieces[vocabulary.bos], pieces[vocabulary.eos]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, vocabulary.bos), (eos, vocabulary.eos)],
    )
    return tokenizer.to_str()


def _special(vocabulary: Vocabulary) -> list[int]:
    """Return the ids of the pieces that a text must not spell: <s>, <pad>, </s>, <unk>, <mask>."""
    named = {vocabulary.bos, vocabulary.eos, vocabulary.pad, vocabulary.unknown}
    masks = (place for place, piece in enumerate(vocabulary.pieces) if piece == "<mask>")
    return sorted(named.union(masks))
