"""Average tuned weights: `python -m rag.training.average OUT FILE=SHARE FILE=SHARE …`.

Runs that go on from the same weights err differently, and the mean of their weights errs less
than each (Wortsman et al. 2022, "Model soups"), at the price of one in time and size. Each FILE
is what a run wrote, such as `rag/data/reader.safetensors`; the shares are made to sum to 1.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rag.bundled.tuned import Tensors, read_tuned, write_tuned


def average(parts: Sequence[tuple[Tensors, float]]) -> Tensors:
    """Return the mean of several runs' weights, each with its share of it.

    Raises ValueError where the runs do not have the same tensors, or the shares sum to nothing.
    """
    shapes = [{name: held.shape for name, held in tensors.items()} for tensors, _ in parts]
    if any(own != shapes[0] for own in shapes):
        raise ValueError("these are not runs of one model: their tensors differ")
    shares = np.array([share for _, share in parts], np.float32)
    if shares.sum() <= 0:
        raise ValueError("the shares must sum to more than 0")
    shares /= shares.sum()
    return {
        name: np.tensordot(shares, np.stack([tensors[name] for tensors, _ in parts]), 1)
        for name in shapes[0]
    }


def main() -> None:
    """Read the files, and write their mean."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("parts", nargs="+", metavar="FILE=SHARE")
    args = parser.parse_args()
    named = [part.rpartition("=") for part in args.parts]
    write_tuned(args.out, average([(read_tuned(Path(f)), float(share)) for f, _, share in named]))


if __name__ == "__main__":
    main()
