"""Build the ONNX graphs of the bundled encoder and of the reader from their weights.

Knows BERT and how to quantise it; knows nothing of files, prefixes or batches. Inputs
``input_ids`` and ``attention_mask`` (batch, tokens) int64. The encoder, as float32 or as int8,
gives ``embedding`` (batch, hidden) float32 of unit length and ``tokens`` (batch, tokens, hidden)
float32, the last hidden states; the reader, in int8, gives ``span`` (batch, tokens, 2) float32,
the scores of each token as an answer's first and last, and ``has`` (batch,) float32, the score
of there being an answer.

In an int8 graph the six matrices of each layer multiply integers, with static steps that come
from the ranges that `calibrate` has seen; the rest is float32.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

from rag.bundled.quantise import Range, choose_steps, quantise_columns
from rag.bundled.weights import BLOCK, Weights

Ranges = dict[str, Range]  # the name of the first matrix that reads an activation → its range

_CONTRIB = "com.microsoft"
_OPSET, _IR = 21, 10
# The share of an activation's spread that moves into the weights, by the matrix that reads it,
# and how much wider than seen its range is taken: the best of the values tried.
_SHARE = {"q": 0.8, "ao": 0.5, "fi": 0.8, "fo": 0.8}
_MARGIN = {"q": 1.1, "ao": 1.1, "fi": 1.1, "fo": 1.3}


class Graph:
    """The nodes and constants of one graph while it is built; with `ranges` in int8.

    Tapped, it gives the inputs of its matrices too, which `taps` names.
    """

    def __init__(
        self, weights: Weights, *, ranges: Ranges | None = None, tapped: bool = False
    ) -> None:
        self._weights = weights
        self._ranges = ranges
        self._tapped = tapped
        self._reads = "span.w" in weights.tensors
        self._nodes: list[NodeProto] = []
        self._constants: dict[str, TensorProto] = {}
        self.taps: dict[str, str] = {}  # an activation → the first matrix that reads it
        self._build()

    def serialise(self) -> bytes:
        """Return the model as bytes."""
        hidden = self._weights.config.hidden
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
            for name in ("input_ids", "attention_mask")
        ]
        shapes: dict[str, list[str | int | None]]
        if self._reads:
            shapes = {"span": ["batch", "tokens", 2], "has": ["batch"]}
        else:
            shapes = {"embedding": ["batch", hidden], "tokens": ["batch", "tokens", hidden]}
        if self._tapped:
            shapes |= {name: ["batch", "tokens", None] for name in self.taps}
        outputs = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name, shape in shapes.items()
        ]
        constants = list(self._constants.values())
        graph = helper.make_graph(self._nodes, "e5", inputs, outputs, constants)
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_CONTRIB, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR)
        return bytes(model.SerializeToString())

    def _build(self) -> None:
        config = self._weights.config
        mask = self._node("Cast", "attention_mask", to=TensorProto.INT32)
        lowest = self._node("ReduceMin", mask, keepdims=0)
        unpadded = self._node("Equal", lowest, self._constant("one_i", np.array(1, np.int32)))
        hidden = self._embed()
        for layer in range(config.layers):
            hidden = self._layer(f"l{layer}", hidden, mask, unpadded)
        if self._reads:
            self._read(hidden)
        else:
            self._pool(hidden)

    def _pool(self, hidden: str) -> None:
        self._node("Identity", hidden, out="tokens")
        weight = self._node("Cast", "attention_mask", to=TensorProto.FLOAT)
        axis = self._constant("axis", np.array([1], np.int64))
        total = self._node("MatMul", self._node("Unsqueeze", weight, axis), hidden)
        pooled = self._node("Squeeze", total, axis)  # the mean's divisor goes with the length
        self._node("LpNormalization", pooled, p=2, axis=-1, out="embedding")

    def _read(self, hidden: str) -> None:
        first = self._constant("first", np.array(0, np.int64))
        whole = self._node("Gather", hidden, first, axis=1)  # the state of <s>
        for name, states in (("span", hidden), ("has", whole)):
            tensors = self._weights.tensors
            matrix = self._constant(f"{name}.w", np.ascontiguousarray(tensors[f"{name}.w"].T))
            bias = self._constant(f"{name}.b", tensors[f"{name}.b"])
            scores = self._node("Add", self._node("MatMul", states, matrix), bias)
            if name == "span":
                self._node("Identity", scores, out="span")
            else:
                axis = self._constant("axis", np.array([1], np.int64))
                self._node("Squeeze", scores, axis, out="has")

    def _embed(self) -> str:
        """Word vectors straight from the file's 4-bit blocks, plus positions, normalised."""
        tensors, words = self._weights.tensors, self._weights.words
        signed = words.nibbles ^ 8  # nibble - 8, in two's complement
        table = TensorProto(
            name="words",
            data_type=TensorProto.INT4,
            dims=signed.shape,
            raw_data=(signed[:, 0::2] | (signed[:, 1::2] << 4)).tobytes(),
        )
        self._constants["words"] = table
        scales = self._constant("words.scales", words.scales)
        vectors = self._node(
            "GatherBlockQuantized",
            "words",
            "input_ids",
            scales,
            domain=_CONTRIB,
            block_size=BLOCK,
            gather_axis=0,
            quantize_axis=1,
        )
        length = self._node("Shape", "input_ids", start=1, end=2)
        table_name = self._constant("positions", tensors["emb.pos"] + tensors["emb.type"][0])
        zero = self._constant("zero", np.array([0], np.int64))
        positions = self._node("Slice", table_name, zero, length, zero)
        return self._normalise("emb.ln", vectors, positions)

    def _layer(self, layer: str, hidden: str, mask: str, unpadded: str) -> str:
        heads = self._multiply(hidden, *(f"{layer}.{name}" for name in ("q", "k", "v")))
        mixed = self._attend(heads, mask, unpadded)
        [mixed] = self._multiply(mixed, f"{layer}.ao")
        hidden = self._normalise(f"{layer}.aln", mixed, hidden)
        [inner] = self._multiply(hidden, f"{layer}.fi")
        # With integers the tanh form is close enough (and its own error is far below theirs).
        gelu = "Gelu" if self._ranges is None else "FastGelu"
        [outer] = self._multiply(self._node(gelu, inner, domain=_CONTRIB), f"{layer}.fo")
        return self._normalise(f"{layer}.oln", outer, hidden)

    def _multiply(self, activation: str, *names: str) -> list[str]:
        """Multiply an activation with each of the named matrices, and add their biases."""
        self.taps[activation] = names[0]
        tensors = self._weights.tensors
        matrices = [np.ascontiguousarray(tensors[f"{name}.w"].T) for name in names]
        biases = [self._constant(f"{name}.b", tensors[f"{name}.b"]) for name in names]
        if self._ranges is None:
            return [
                self._node(
                    "Add", self._node("MatMul", activation, self._constant(name, matrix)), bias
                )
                for name, matrix, bias in zip(names, matrices, biases, strict=True)
            ]
        kind = names[0].split(".")[1]
        chosen = choose_steps(
            self._ranges[names[0]],
            np.concatenate(matrices, axis=1),
            share=_SHARE[kind],
            margin=_MARGIN[kind],
        )
        one = self._constant("one", np.array(1, np.float32))
        zero = self._constant(f"zero.{chosen.zero}", np.array(chosen.zero, np.uint8))
        inverse = self._constant(f"{names[0]}.steps", 1 / chosen.steps)
        scaled = self._node("Mul", activation, inverse)
        integers = self._node("QuantizeLinear", scaled, one, zero)
        products = []
        for name, matrix, bias in zip(names, matrices, biases, strict=True):
            weights, scales = quantise_columns(matrix * chosen.steps[:, None])
            inputs = [
                integers,
                self._constant(name, weights),
                one,
                self._constant(f"{name}.scales", scales),
                zero,
                self._constant(f"zeros.{len(scales)}", np.zeros(len(scales), np.int8)),
                bias,
            ]
            products.append(self._node("MatMulIntegerToFloat", *inputs, domain=_CONTRIB))
        return products

    def _attend(self, heads: list[str], mask: str, unpadded: str) -> str:
        """Attention; without padding no mask is given, which lets onnxruntime run it tiled."""
        branches = []
        for name, inputs in (("plain", heads), ("masked", [*heads, "", mask])):
            out = f"{heads[0]}.{name}"
            node = helper.make_node(
                "MultiHeadAttention",
                inputs,
                [out],
                domain=_CONTRIB,
                num_heads=self._weights.config.heads,
            )
            value = helper.make_tensor_value_info(out, TensorProto.FLOAT, None)
            branches.append(helper.make_graph([node], name, [], [value]))
        return self._node("If", unpadded, then_branch=branches[0], else_branch=branches[1])

    def _normalise(self, name: str, one: str, other: str) -> str:
        # Not SkipLayerNormalization: onnxruntime's is seven times slower on CPU than these two.
        scale = self._constant(f"{name}.w", self._weights.tensors[f"{name}.w"])
        shift = self._constant(f"{name}.b", self._weights.tensors[f"{name}.b"])
        total = self._node("Add", one, other)
        epsilon = self._weights.config.epsilon
        return self._node("LayerNormalization", total, scale, shift, axis=-1, epsilon=epsilon)

    def _constant(self, name: str, values: NDArray[np.generic]) -> str:
        """Store an array under a name, once, and return the name."""
        if name not in self._constants:
            array = np.ascontiguousarray(values) if values.ndim else values
            self._constants[name] = numpy_helper.from_array(array, name)
        return name

    def _node(
        self,
        kind: str,
        *inputs: str,
        out: str | None = None,
        domain: str = "",
        **attributes: Any,
    ) -> str:
        """Append a node with one output and return the output's name."""
        name = out or f"{kind}.{len(self._nodes)}"
        node = helper.make_node(kind, list(inputs), [name], domain=domain, **attributes)
        self._nodes.append(node)
        return name
