"""The evaluator: questions, passages, judgements and runs → figures, and how sure they are.

    what is read        formats: squad (squad_answers), beir, trec, questions, feedback → collection
    what is asked       planning, halves (collections), index_measure, feedback_measure → plans
    what is measured    measuring: arms (metrics), answers (answer_scores, spans, abstention)
    what it is worth    pairs: comparing (significance); languages
    what comes out      records, saved (store, conditions), tables, gate
    without an index    given_runs: run files of whoever made them
    why                 why (slice_differences: slices), why_lines
    as a page           report/

`command` is what `rag bench` calls. Indexes of collections and their vectors are kept by
`corpora` and `vector_cache`. Only `metrics` knows ir-measures, only `report.charts` matplotlib.
"""
