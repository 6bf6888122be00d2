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
from time import monotonic
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoModel

from rag.answering.reader import END
from rag.bundled.export import LAYER_NAMES, export_sentence_transformer
from rag.bundled.tuned import READER_FILE, Tensors, read_tuned, write_tuned
from rag.training.reader_examples import Example, read_examples, write_examples

FROZEN = 4  # lower layers, of twelve
RATE, HEADS_RATE = 2e-4, 1e-3
GROUPS = 8  # questions in a batch, each with one window that answers and some that do not
NEGATIVES = 2
MISMATCHED = 0.5  # the share of examples where a question that its window does not answer is one
POOL = 8  # batches that are sorted by length together
ELSEWHERE = 0.7  # the share of questions drawn among all their languages
HARDEST = 0.5  # of the exponential law by which a negative is drawn, best ranked first
WARM_UP = 100  # steps
SAVED, TOLD = 200, 20  # steps between two checkpoints, and between two lines
PAD = 1


class ReadingModel(nn.Module):
    """The encoder with two heads: (batch, tokens, 2) span scores, (batch,) answer log-odds."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        encoder = AutoModel.from_pretrained(folder, add_pooling_layer=False)
        self.embeddings, self.layers = encoder.embeddings, encoder.encoder.layer
        hidden = encoder.config.hidden_size
        self.span, self.has = nn.Linear(hidden, 2), nn.Linear(hidden, 1)
        for part in (self.embeddings, *self.layers[:FROZEN]):
            part.requires_grad_(False)
        self.eval()  # dropout where something learns, and nowhere else
        for layer in self.layers[FROZEN:]:
            layer.train()

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return the scores of tokens and of windows."""
        wide = mask[:, None, None, :]
        with torch.no_grad():
            hidden = self.embeddings(input_ids=ids)
            for layer in self.layers[:FROZEN]:
                hidden = _states(layer(hidden, wide))
        for layer in self.layers[FROZEN:]:
            hidden = _states(layer(hidden, wide))
        return self.span(hidden), self.has(hidden[:, 0])[:, 0]

    def tuned(self) -> dict[str, Tensor]:
        """Return what learns, under the names of `rag.bundled.weights`; they share memory."""
        suffixes = {"weight": "w", "bias": "b"}
        found = {}
        for number, layer in enumerate(self.layers[FROZEN:], start=FROZEN):
            tensors = layer.state_dict()
            for short, long in LAYER_NAMES.items():
                for suffix, mark in suffixes.items():
                    found[f"l{number}.{short}.{mark}"] = tensors[f"{long}.{suffix}"]
        for name, head in (("span", self.span), ("has", self.has)):
            for suffix, mark in suffixes.items():
                found[f"{name}.{mark}"] = head.state_dict()[suffix]
        return found

    def take(self, tensors: Tensors) -> None:
        """Take over what a reader has learned."""
        for name, held in self.tuned().items():
            held.copy_(torch.from_numpy(tensors[name]))


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


def train(
    model: ReadingModel,
    examples: Sequence[Example],
    work: Path,
    minutes: float,
    *,
    rate: float = RATE,
    bf16: bool = False,
) -> None:
    """Train until the minutes are over, counting those before the last checkpoint."""
    seconds = 60 * minutes
    layers = [p for layer in model.layers[FROZEN:] for p in layer.parameters()]
    heads = [*model.span.parameters(), *model.has.parameters()]
    optimiser = torch.optim.AdamW(
        [{"params": layers, "lr": rate}, {"params": heads, "lr": HEADS_RATE}], weight_decay=0.01
    )
    rates = [group["lr"] for group in optimiser.param_groups]
    checkpoint = work / "checkpoint.pt"
    step, before = 0, 0.0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"], strict=False)
        optimiser.load_state_dict(state["optimiser"])
        step, before = state["step"], state["seconds"]
    rng = random.Random(step + 1)  # noqa: S311  (batches, not secrets)
    begin = monotonic() - before
    total = 0.0
    for batch in batches(examples, rng):
        took = monotonic() - begin
        if took >= seconds:
            break
        share = min((step + 1) / WARM_UP, 1 - took / seconds)
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = rate * share
        # One context a step: within it, autocast keeps the weights that it has once cast.
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            loss = loss_of(model, batch, rng)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(layers + heads, 1.0)
        optimiser.step()
        step, total = step + 1, total + loss.item()
        if step % TOLD == 0:
            print(f"step {step}, {took / 60:.1f} min, loss {total / TOLD:.3f}", flush=True)
            total = 0.0
        if step % SAVED == 0:
            _save(checkpoint, model, optimiser, step, monotonic() - begin)
    _save(checkpoint, model, optimiser, step, monotonic() - begin)


def _save(
    path: Path, model: ReadingModel, optimiser: torch.optim.Optimizer, step: int, seconds: float
) -> None:
    learned = {name: p for name, p in model.named_parameters() if p.requires_grad}
    state = {"model": learned, "optimiser": optimiser.state_dict(), "step": step}
    partial = path.with_suffix(".partial")
    torch.save(state | {"seconds": seconds}, partial)
    partial.replace(path)


def _tensors(rows: Sequence[tuple[list[int], list[int]]]) -> tuple[Tensor, Tensor, Tensor]:
    """Return ids, mask and which tokens are of the passage, each (rows, tokens)."""
    longest = max(len(question) + len(passage) + 1 for question, passage in rows)
    ids = torch.full((len(rows), longest), PAD)
    mask = torch.zeros(len(rows), longest, dtype=torch.bool)
    inside = torch.zeros(len(rows), longest, dtype=torch.bool)
    for i, (question, passage) in enumerate(rows):
        row = [*question, *passage, END]
        ids[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = True
        inside[i, len(question) : len(row) - 1] = True
    return ids, mask, inside


def _states(output: Any) -> Any:
    """Return a layer's hidden states, which some versions wrap in a tuple."""
    return output[0] if isinstance(output, tuple) else output


def main() -> None:
    """Make the examples, train, and write the reader's file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="PIAF first")
    parser.add_argument("--work", type=Path, required=True, help="for examples and checkpoint")
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument("--every", type=int, default=3, help="of the first file, what measures")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--go-on", action="store_true", help="from the weights that ship")
    parser.add_argument("--rate", type=float, default=RATE, help="of learning, for the layers")
    parser.add_argument("--bf16", action="store_true", help="where the processor has it: faster")
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    args.work.mkdir(parents=True, exist_ok=True)
    lines = args.work / "examples.jsonl"
    if not lines.exists():
        write_examples(lines, args.files, every=args.every, seed=args.seed)
    examples = read_examples(lines)
    encoder = args.work / "encoder"
    if not (encoder / "modules.json").exists():
        export_sentence_transformer(encoder)
    model = ReadingModel(encoder)
    if args.go_on:
        model.take(read_tuned())
    print(f"{len(examples)} examples", flush=True)
    train(model, examples, args.work, args.minutes, rate=args.rate, bf16=args.bf16)
    write_tuned(READER_FILE, {name: t.numpy() for name, t in model.tuned().items()})
    print(f"wrote {READER_FILE}, {READER_FILE.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
