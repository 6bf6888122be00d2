"""The bundled encoder, multilingual-e5-small, and the reader, built once from their weights.

`model` is the door: it builds the files into the user's cache and checks them later on.
`weights` reads the encoder's weights, `tuned` the reader's own; `graph` makes ONNX graphs of
them (`quantise` their integers, `calibrate` the ranges, on `texts`), `tokenizer` the tokenizer,
`export` a sentence-transformers folder.
"""
