"""Weights + calibration texts → the finished graphs of the encoder, for questions and reader.

The int8 graphs take their activations' ranges from running the float32 graph on `texts`.
"""

from dataclasses import replace

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from rag.bundled.graph import Graph, Ranges
from rag.bundled.quantise import widen
from rag.bundled.texts import PASSAGES, QUERIES
from rag.bundled.tuned import Tensors
from rag.bundled.weights import Weights

_QUESTIONS_EACH = 2  # calibration questions put to each calibration passage


def build_graph(weights: Weights, tokenizer: str, *, precision: str) -> bytes:
    """Return the serialised graph; ``tokenizer`` is the JSON with which int8 is calibrated."""
    if precision == "fp32":
        return Graph(weights).serialise()
    if precision == "int8":
        encode = Tokenizer.from_str(tokenizer).encode
        texts = [f"query: {text}" for text in QUERIES] + [f"passage: {text}" for text in PASSAGES]
        ranges = _calibrate(weights, [encode(text).ids for text in texts])
        return Graph(weights, ranges=ranges).serialise()
    raise ValueError(f"precision is 'int8' or 'fp32', not {precision!r}")


def build_query_graph(weights: Weights, tuned: Tensors, tokenizer: str) -> bytes:
    """Return the serialised graph that reads questions: the encoder with ``tuned`` tensors."""
    encode = Tokenizer.from_str(tokenizer).encode
    asked = replace(weights, tensors=weights.tensors | tuned)
    ranges = _calibrate(asked, [encode(f"query: {text}").ids for text in QUERIES])
    return Graph(asked, ranges=ranges).serialise()


def build_reader_graph(weights: Weights, tuned: Tensors, tokenizer: str) -> bytes:
    """Return the serialised graph of the reader: the encoder with ``tuned`` tensors and heads."""
    encode = Tokenizer.from_str(tokenizer).encode
    questions = [encode(f"query: {text}").ids for text in QUERIES]
    passages = [encode(text).ids[1:] for text in PASSAGES]
    rows = [
        questions[(i * _QUESTIONS_EACH + k) % len(questions)] + passage
        for i, passage in enumerate(passages)
        for k in range(_QUESTIONS_EACH)
    ]
    reader = replace(weights, tensors=weights.tensors | tuned)
    ranges = _calibrate(reader, rows)
    return Graph(reader, ranges=ranges).serialise()


def _calibrate(weights: Weights, rows: list[list[int]]) -> Ranges:
    """Return the ranges of every matmul's input over the token ids of the calibration texts."""
    graph = Graph(weights, tapped=True)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    session = onnxruntime.InferenceSession(
        graph.serialise(), options, providers=["CPUExecutionProvider"]
    )
    names = list(graph.taps)
    ranges: Ranges = {}
    for row in rows:
        ids = np.array([row], np.int64)
        outputs = session.run(names, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        for name, values in zip(names, outputs, strict=True):
            matrix = graph.taps[name]
            ranges[matrix] = widen(ranges.get(matrix), values[0])
    return ranges
