"""The evaluator: files of questions → figures.

`questions` measures an index on questions about its articles; `retrieval` measures each
arm on SQuAD-format files, which `squad` reads and `corpora` indexes in a cache, with
vectors from `vector_cache`. Both count with `arms`, and `arms` with `metrics`.
"""
