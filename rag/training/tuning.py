"""The bundled encoder in torch: lower layers that stay as they are, upper ones that learn.

And the loop in which they learn: AdamW, a rate that rises over the first steps and then falls
to zero over the minutes given, whatever the machine; stopped, it goes on from its checkpoint.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from transformers import AutoModel

from rag.bundled.export import LAYER_NAMES, export_sentence_transformer
from rag.bundled.tuned import Tensors

FROZEN = 4  # lower layers, of twelve; the word vectors are frozen too
WARM_UP = 100  # steps
SAVED, TOLD = 200, 20  # steps between two checkpoints, and between two lines
PAD = 1
MASKED = -1e4  # added to the scores of what is not attended to
_SUFFIXES = {"weight": "w", "bias": "b"}

Batch = TypeVar("Batch")


class UpperLayers(nn.Module):
    """The encoder up to its last hidden states; `folder` is what `export` wrote."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        # On processors the fused attention learns slowly, and its dropout takes longest of all:
        # as it is here a step takes 1.5 s instead of 2.4.
        encoder = AutoModel.from_pretrained(
            folder,
            add_pooling_layer=False,
            attn_implementation="eager",
            attention_probs_dropout_prob=0.0,
        )
        self.embeddings, self.layers = encoder.embeddings, encoder.encoder.layer
        self.hidden = int(encoder.config.hidden_size)
        for part in (self.embeddings, *self.layers[:FROZEN]):
            part.requires_grad_(False)
        self.learning()

    def learning(self) -> None:
        """Drop out where something learns, and nowhere else."""
        self.eval()
        for layer in self.layers[FROZEN:]:
            layer.train()

    def states(self, ids: Tensor, mask: Tensor) -> Any:
        """Return the hidden states (batch, tokens, hidden); `mask` (batch, tokens) is boolean."""
        wide = torch.where(mask, 0.0, MASKED)[:, None, None, :].to(torch.bfloat16)
        with torch.no_grad():
            hidden = self.embeddings(input_ids=ids)
            for layer in self.layers[:FROZEN]:
                hidden = _states(layer(hidden, wide))
        for layer in self.layers[FROZEN:]:
            hidden = _states(layer(hidden, wide))
        return hidden

    def heads(self) -> dict[str, nn.Linear]:
        """Return what learns above the layers, by its names in the file."""
        return {}

    def tuned(self) -> dict[str, Tensor]:
        """Return what learns, under the names of `rag.bundled.weights`; they share memory."""
        found = {}
        for number, layer in enumerate(self.layers[FROZEN:], start=FROZEN):
            tensors = layer.state_dict()
            for short, long in LAYER_NAMES.items():
                for suffix, mark in _SUFFIXES.items():
                    found[f"l{number}.{short}.{mark}"] = tensors[f"{long}.{suffix}"]
        for name, head in self.heads().items():
            for suffix, mark in _SUFFIXES.items():
                found[f"{name}.{mark}"] = head.state_dict()[suffix]
        return found

    def take(self, tensors: Tensors) -> None:
        """Take over what was learned before."""
        for name, held in self.tuned().items():
            held.copy_(torch.from_numpy(tensors[name]))


def train(
    model: UpperLayers,
    batches: Callable[[random.Random], Iterator[Batch]],
    loss_of: Callable[[Batch, random.Random], Tensor],
    work: Path,
    *,
    minutes: float,
    rate: float,
    heads_rate: float = 0.0,
    bf16: bool = False,
) -> None:
    """Train until the minutes are over, counting those before the last checkpoint in `work`."""
    seconds = 60 * minutes
    layers = [p for layer in model.layers[FROZEN:] for p in layer.parameters()]
    heads = [p for head in model.heads().values() for p in head.parameters()]
    optimiser = torch.optim.AdamW(
        [{"params": layers, "lr": rate}, {"params": heads, "lr": heads_rate}], weight_decay=0.01
    )
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
    for batch in batches(rng):
        took = monotonic() - begin
        if took >= seconds:
            break
        share = min((step + 1) / WARM_UP, 1 - took / seconds)
        for group, full in zip(optimiser.param_groups, (rate, heads_rate), strict=True):
            group["lr"] = full * share
        # One context a step: within it, autocast keeps the weights that it has once cast.
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            loss = loss_of(batch, rng)
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
    path: Path, model: UpperLayers, optimiser: torch.optim.Optimizer, step: int, seconds: float
) -> None:
    learned = {name: p for name, p in model.named_parameters() if p.requires_grad}
    state = {"model": learned, "optimiser": optimiser.state_dict(), "step": step}
    partial = path.with_suffix(".partial")
    torch.save(state | {"seconds": seconds}, partial)
    partial.replace(path)


def padded(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Return token ids and which of them are no padding, each (rows, tokens)."""
    longest = max(map(len, rows))
    ids = torch.full((len(rows), longest), PAD)
    mask = torch.zeros(len(rows), longest, dtype=torch.bool)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = True
    return ids, mask


def exported(work: Path) -> Path:
    """Return a folder in `work` with the bundled encoder, written there if it is not yet."""
    folder = work / "encoder"
    if not (folder / "modules.json").exists():
        export_sentence_transformer(folder)
    return folder


def _states(output: Any) -> Any:
    """Return a layer's hidden states, which some versions wrap in a tuple."""
    return output[0] if isinstance(output, tuple) else output
