"""Train the layers that read questions.

    python -m rag.training.query_encoder PIAF TQUAD KAZQAD --work DIR --minutes 9 --bf16

The index keeps the vectors that the encoder gives to passages and sentences, whatever asks.
A question goes through layers of its own, the encoder's upper eight after this training:
asked in another language than the passage, it must lie as near to the passage as one in the
passage's own; and nearer to the sentence that answers than to others that speak of the same.

Learns from questions about all passages of all files at once, so that a question learns to
prefer the right passage in another language to a wrong one in its own: a softmax over all
passages of what `retrieve.fuse` makes of the two cosines, and one over all sentences. What
the untrained encoder says of the question as it was first asked holds it near (`ANCHOR`):
a language that nobody asks in here keeps its place. Articles held out give no questions, and
tell at the end how well others are found. The result goes to `rag/data/query.safetensors`.
"""

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.functional import cross_entropy, normalize

from rag.bench.collection import AskedQuestion, Collection
from rag.bench.corpora import cached_encoder, open_corpus
from rag.bench.squad import read_squad, squad_collection
from rag.bundled.model import default_cache
from rag.bundled.tuned import QUERY_FILE, write_tuned
from rag.encoders import BundledEncoder
from rag.store.generation import Generation
from rag.training.asked import ARTICLES, FITTING, learnable, translations, written
from rag.training.average import average
from rag.training.held_out import is_held_out
from rag.training.plain import plainly
from rag.training.tuning import UpperLayers, exported, padded, train

RATE = 5e-5
TEMPERATURE = 0.02
SENTENCES = 0.5  # the weight of the softmax over sentences
ANCHOR = 2.0  # the weight of 1 - cosine to where the untrained encoder puts the question
BATCH, POOL = 64, 8  # questions; batches that are sorted by length together
ELSEWHERE = 0.7  # the share of questions drawn among their other languages
DRAWN, OTHERS = {0: 1.0, 1: 1.5}, 0.5  # how often questions of PIAF, the articles, others are drawn
KEPT = 0.7  # of the way from the untrained weights to the trained ones
TOLD_OF = 600  # held-out questions of a file


@dataclass(frozen=True, slots=True)
class Lesson:
    """A question in each language that it is asked in, as first asked first."""

    file: int
    texts: tuple[str, ...]
    passage: int
    sentence: int
    held_out: bool


@dataclass(frozen=True, slots=True)
class Passages:
    """The vectors of all files' passages and sentences, and whose the sentences are."""

    passages: Tensor  # (p, d)
    sentences: Tensor  # (s, d)
    owners: Tensor  # (s,) rows of passages
    files: Tensor  # (p,)

    def scores(self, queries: Tensor) -> tuple[Tensor, Tensor]:
        """Return the scores of passages, as the dense parts of a search, and of sentences."""
        with torch.autocast("cpu", enabled=False):  # half the digits would not do for these
            cosines = queries @ self.sentences.T
            best = torch.full((len(queries), len(self.passages)), -2.0)
            owners = self.owners.expand(len(queries), -1)
            best = best.scatter_reduce(1, owners, cosines, "amax")
            return (queries @ self.passages.T + best) / 2, cosines


class QueryEncoder(UpperLayers):
    """The encoder: token ids → unit vectors (batch, d)."""

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return the vectors of questions."""
        states = self.states(ids, mask).float() * mask[:, :, None]
        return normalize(states.sum(1), dim=1)


def gather(files: Sequence[Path], *, every: int) -> tuple[list[Lesson], Passages]:
    """Return the questions about all files, and the vectors of what they are asked of.

    Of the first file only those are used whose running index is not a multiple of `every`.
    """
    home = default_cache() / "bench"
    encoder = cached_encoder(BundledEncoder(), home)
    lessons: list[Lesson] = []
    passages, sentences, owners, numbers = [], [], [], []
    before = (0, 0)  # passages and sentences of the files before
    for number, file in enumerate((files[0], ARTICLES, FITTING, *files[1:])):
        collection = squad_collection(read_squad(file))
        generation = open_corpus(collection, encoder, home).generation
        asked = (*learnable(collection, 1 if number else every), *written(file))
        lessons += _lessons(number, collection, generation, asked, before)
        counts = generation.passages["last"].astype(np.int64) - generation.passages["first"]
        passages.append(generation.dense.vectors())
        sentences.append(np.asarray(generation.sentence_vectors, np.float32))
        owners.append(before[0] + np.repeat(np.arange(len(counts)), counts))
        numbers.append(np.full(len(counts), number))
        before = before[0] + len(counts), before[1] + len(generation.sentences)
    return lessons, Passages(
        *(torch.tensor(np.concatenate(own)) for own in (passages, sentences, owners, numbers))
    )


def _lessons(
    number: int,
    collection: Collection,
    generation: Generation,
    asked: Sequence[AskedQuestion],
    before: tuple[int, int],
) -> Iterator[Lesson]:
    """Yield the questions of a file that are answered, in all their languages."""
    rows = {name: row for row, name in enumerate(collection.passage_ids)}
    others = translations(collection.path)
    for question in asked:
        if not question.gold:
            continue
        gold = question.gold[0]
        row = rows[gold.passage]
        first, last = (int(generation.passages[row][name]) for name in ("first", "last"))
        starts = generation.sentences["start"][first:last]
        place = int(np.searchsorted(starts, gold.start, side="right")) - 1
        yield Lesson(
            file=number,
            texts=(question.text, *others.get(question.id, [])),
            passage=before[0] + row,
            sentence=before[1] + first + max(place, 0),
            held_out=is_held_out(collection.path, str(collection.groups[row])),
        )


def batches(lessons: Sequence[Lesson], rng: random.Random) -> Iterator[list[tuple[Lesson, str]]]:
    """Yield questions, each in one language, in batches of similar lengths, for ever."""
    weights = [DRAWN.get(lesson.file, OTHERS) for lesson in lessons]
    while True:
        pool = []
        for lesson in rng.choices(lessons, weights, k=BATCH * POOL):
            text = lesson.texts[0]
            if len(lesson.texts) > 1 and rng.random() < ELSEWHERE:
                text = rng.choice(lesson.texts[1:])
            pool.append((lesson, text))
        pool.sort(key=lambda own: len(own[1]))
        cut = [pool[k : k + BATCH] for k in range(0, len(pool), BATCH)]
        rng.shuffle(cut)
        yield from cut


class Trainer:
    """A model, its tokenizer, and what it is held near to."""

    def __init__(self, model: QueryEncoder, folder: Path, passages: Passages) -> None:
        self.model, self.passages = model, passages
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._anchors: dict[str, Tensor] = {}

    def keep_near(self, texts: Sequence[str]) -> None:
        """Remember where questions lie now."""
        self._anchors |= dict(zip(texts, self.vectors(texts), strict=True))

    def loss_of(self, batch: Sequence[tuple[Lesson, str]], rng: random.Random) -> Tensor:
        """Return the mean loss of a batch."""
        queries = self._forward([plainly(text, rng) for _, text in batch])
        of_passages, of_sentences = self.passages.scores(queries)
        right = torch.tensor([lesson.passage for lesson, _ in batch])
        answering = torch.tensor([lesson.sentence for lesson, _ in batch])
        held = torch.stack([self._anchors[lesson.texts[0]] for lesson, _ in batch])
        return (
            cross_entropy(of_passages / TEMPERATURE, right)
            + SENTENCES * cross_entropy(of_sentences / TEMPERATURE, answering)
            + ANCHOR * (1 - (queries * held).sum(1)).mean()
        )

    def vectors(self, texts: Sequence[str]) -> Tensor:
        """Return the vectors of many questions, without learning from them."""
        self.model.eval()
        found = torch.zeros(len(texts), self.model.hidden)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        with torch.no_grad():
            for low in range(0, len(order), BATCH):
                rows = order[low : low + BATCH]
                found[rows] = self._forward([texts[row] for row in rows])
        self.model.learning()
        return found

    def report(self, lessons: Sequence[Lesson], told: str) -> None:
        """Print how well held-out questions find their passages, by file and language."""
        sets: dict[tuple[int, str], list[tuple[str, Lesson]]] = defaultdict(list)
        for lesson in lessons:
            if lesson.held_out:
                sets[lesson.file, "as asked"].append((lesson.texts[0], lesson))
                for text in lesson.texts[1:]:
                    sets[lesson.file, "translated"].append((text, lesson))
        print(told)
        for (file, kind), own in sorted(sets.items()):
            chosen = own[:: -(-len(own) // TOLD_OF)]
            scores, cosines = self.passages.scores(self.vectors([text for text, _ in chosen]))
            scores[:, self.passages.files != file] = -2
            cosines[:, self.passages.files[self.passages.owners] != file] = -2
            right = torch.tensor([[lesson.passage] for _, lesson in chosen])
            answering = torch.tensor([[lesson.sentence] for _, lesson in chosen])
            rank = (scores > scores.gather(1, right)).sum(1).float()
            nearest = (cosines.argmax(1) == answering[:, 0]).float().mean()
            gain = torch.where(rank < 10, 1 / torch.log2(rank + 2), 0.0).mean()
            print(
                f"  file {file} {kind}, {len(chosen)} questions: nDCG@10 {gain:.3f}, first "
                f"{(rank == 0).float().mean():.3f}, sentence first {nearest:.3f}",
                flush=True,
            )

    def _forward(self, texts: Sequence[str]) -> Tensor:
        rows = [
            encoding.ids
            for encoding in self._tokenizer.encode_batch([f"query: {t}" for t in texts])
        ]
        vectors: Tensor = self.model(*padded([row[:127] + row[-1:] for row in rows]))
        return vectors


def main() -> None:
    """Gather, train, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="PIAF first")
    parser.add_argument("--work", type=Path, required=True, help="for the checkpoint")
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--every", type=int, default=3, help="of the first file, what measures")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--bf16", action="store_true", help="where the processor has it: faster")
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    args.work.mkdir(parents=True, exist_ok=True)
    lessons, passages = gather(args.files, every=args.every)
    folder = exported(args.work)
    model = QueryEncoder(folder)
    before = {name: t.numpy().copy() for name, t in model.tuned().items()}
    trainer = Trainer(model, folder, passages)
    trainer.report(lessons, "before")
    learned = [lesson for lesson in lessons if not lesson.held_out]
    trainer.keep_near(list({lesson.texts[0] for lesson in learned}))
    train(
        model,
        lambda rng: batches(learned, rng),
        trainer.loss_of,
        args.work,
        minutes=args.minutes,
        rate=RATE,
        bf16=args.bf16,
    )
    trainer.report(lessons, "after")
    after = {name: t.numpy().copy() for name, t in model.tuned().items()}
    kept = average([(before, 1 - KEPT), (after, KEPT)])
    model.take(kept)
    trainer.report(lessons, f"kept, {KEPT:.0%} of the way")
    write_tuned(QUERY_FILE, kept)
    print(f"wrote {QUERY_FILE}, {QUERY_FILE.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
