"""Train the reader: `python -m rag.training.reader PIAF TQUAD KAZQAD --work DIR --minutes 90`.

Starts from the bundled encoder's weights; the word vectors and the lower four layers stay as
they are, the upper eight and two heads learn, on examples that `reader_examples` makes (in
DIR, once). A question's windows compete in one softmax over all their tokens (Clark &
Gardner 2018), and each tells by itself whether it answers. The rate falls to zero over the
minutes given, whatever the machine; stopped, it goes on from the checkpoint in DIR. The
result goes to `rag/data/reader.safetensors`. The card beside it says what it learned from.
"""

import argparse
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from rag.answering.reader import END
from rag.bundled.tuned import READER_FILE, read_tuned, write_tuned
from rag.training.reader_examples import Example, read_examples, write_examples
from rag.training.tuning import UpperLayers, exported, padded, train

RATE, HEADS_RATE = 2e-4, 1e-3
FURTHER = 0.3  # of these rates with --go-on: at the full ones it first forgets, for half an hour
GROUPS = 6  # questions in a batch, each with one window that answers and some that do not
NEGATIVES = 4
MISMATCHED = 0.5  # the share of examples where a question that its window does not answer is one
POOL = 8  # batches that are sorted by length together
ELSEWHERE = 0.7  # the share of questions drawn among all their languages
HARDEST = 0.5  # of the exponential law by which a negative is drawn, best ranked first


class ReadingModel(UpperLayers):
    """The encoder with two heads: (batch, tokens, 2) span scores, (batch,) answer log-odds."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.span, self.has = nn.Linear(self.hidden, 2), nn.Linear(self.hidden, 1)

    def heads(self) -> dict[str, nn.Linear]:
        """Return both heads by name."""
        return {"span": self.span, "has": self.has}

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return the scores of tokens and of windows."""
        hidden = self.states(ids, mask)
        return self.span(hidden), self.has(hidden[:, 0])[:, 0]


def batches(examples: Sequence[Example], rng: random.Random) -> Iterator[list[Example]]:
    """Yield batches of similar lengths, for ever, each pass in another order."""
    while True:
        order = rng.sample(range(len(examples)), len(examples))
        for low in range(0, len(order), GROUPS * POOL):
            pool = sorted(
                order[low : low + GROUPS * POOL],
                key=lambda i: len(examples[i].questions[0]) + len(examples[i].positive),
            )
            cut = [pool[k : k + GROUPS] for k in range(0, len(pool), GROUPS)]
            rng.shuffle(cut)
            yield from ([examples[i] for i in own] for own in cut)


def loss_of(model: ReadingModel, batch: Sequence[Example], rng: random.Random) -> Tensor:
    """Return the mean loss of a batch: where the answer is, and which window answers."""
    rows, starts, ends, spoilt = [], [], [], []
    for example in batch:
        question = example.questions[0]
        if rng.random() < ELSEWHERE:
            question = rng.choice(example.questions)
        rows.append((question, example.positive))
        rows += [(question, negative) for negative in _negatives(example, rng)]
        if example.mismatched and rng.random() < MISMATCHED:  # in place of the last of them
            spoilt.append(len(rows) - 1)
            rows[-1] = (rng.choice(example.mismatched), example.positive)
        starts.append(len(question) + example.first)
        ends.append(len(question) + example.last)
    ids, mask, passage = _tensors(rows)
    passage[spoilt] = False  # another question; it answers nothing here
    span, has = model(ids, mask)
    span = span.masked_fill(~passage[:, :, None], -1e4)
    windows = 1 + NEGATIVES
    span = span.reshape(len(batch), windows * ids.shape[1], 2)  # all windows in one softmax
    where = nn.functional.cross_entropy(span[:, :, 0], torch.tensor(starts))
    where = where + nn.functional.cross_entropy(span[:, :, 1], torch.tensor(ends))
    answers = torch.tensor([1.0, *[0.0] * NEGATIVES] * len(batch))
    return where / 2 + nn.functional.binary_cross_entropy_with_logits(has, answers)


def _negatives(example: Example, rng: random.Random) -> list[list[int]]:
    """Draw windows that do not answer, well ranked ones rather than others."""
    held = list(example.negatives)
    drawn = []
    for _ in range(NEGATIVES):
        place = min(int(rng.expovariate(HARDEST)), len(held) - 1)
        drawn.append(held.pop(place) if len(held) > 1 else held[place])
    return drawn


def _tensors(rows: Sequence[tuple[list[int], list[int]]]) -> tuple[Tensor, Tensor, Tensor]:
    """Return ids, mask and which tokens are of the passage, each (rows, tokens)."""
    ids, mask = padded([[*question, *passage, END] for question, passage in rows])
    inside = torch.zeros_like(mask)
    for i, (question, passage) in enumerate(rows):
        inside[i, len(question) : len(question) + len(passage)] = True
    return ids, mask, inside


def main() -> None:
    """Make the examples, train, and write the reader's file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="PIAF first")
    parser.add_argument("--work", type=Path, required=True, help="for examples and checkpoint")
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument("--every", type=int, default=3, help="of the first file, what measures")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--go-on", action="store_true", help="from the weights that ship")
    parser.add_argument("--bf16", action="store_true", help="where the processor has it: faster")
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    args.work.mkdir(parents=True, exist_ok=True)
    lines = args.work / "examples.jsonl"
    if not lines.exists():
        write_examples(lines, args.files, every=args.every, seed=args.seed)
    examples = read_examples(lines)
    model = ReadingModel(exported(args.work))
    further = 1.0
    if args.go_on:
        model.take(read_tuned(READER_FILE))
        further = FURTHER
    print(f"{len(examples)} examples", flush=True)
    train(
        model,
        lambda rng: batches(examples, rng),
        lambda batch, rng: loss_of(model, batch, rng),
        args.work,
        minutes=args.minutes,
        rate=RATE * further,
        heads_rate=HEADS_RATE * further,
        bf16=args.bf16,
    )
    write_tuned(READER_FILE, {name: t.numpy() for name, t in model.tuned().items()})
    print(f"wrote {READER_FILE}, {READER_FILE.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
