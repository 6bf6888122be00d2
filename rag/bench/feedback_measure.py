"""What readers judged in the chat page + an index → how well each arm finds what was right."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rag.bench.feedback import candidate_qrels, read_feedback
from rag.bench.formats import pair_names
from rag.bench.index_figures import arms_by_language
from rag.bench.index_measure import index_manifest
from rag.bench.measuring import Plan, Settings, finish, measure_plans, named_passages
from rag.bench.pairs import questions_hash
from rag.bench.places import Places
from rag.bench.records import Warned
from rag.building.embedding import Progress
from rag.errors import BenchmarkError
from rag.index import Index


def measure_feedback(
    index: Index, files: Sequence[Path], *, settings: Settings, progress: Progress
) -> dict[str, Any]:
    """Measure the arms on the candidate qrels, and tell what became of every judgement."""
    judgements = [one for path in files for one in read_feedback(path)]
    places = Places(index)
    found = candidate_qrels(judgements, index, places)
    ignored = [Warned(count, f"judgements not used: {why}") for why, count in found.ignored.items()]
    if not found.questions:
        told = "; ".join(f"{one.count}: {one.what}" for one in ignored)
        raise BenchmarkError(f"none of {len(judgements)} judgements can be used ({told})")
    plan = Plan(
        name="+".join(pair_names(files)),
        questions_of=" + ".join(map(str, files)),
        passages_of=index.generation.manifest.folder,
        languages=(None, None),
        index=index,
        passage_ids=places.ids,
        questions=found.questions,
        questions_sha256=questions_hash(found.questions),
    )
    manifest = index_manifest(index, files, plan)
    measured = measure_plans([plan], manifest, settings, progress, warnings=ignored)
    further = {
        "files": [str(path) for path in files],
        "index": index.fingerprint,
        "encoder": index.encoder.name,
        "judgements": {"read": len(judgements), "used": found.used, "ignored": found.ignored},
        "arms": arms_by_language(measured.outcomes),
    }
    named = named_passages(measured.outcomes)[plan.name]
    texts = places.texts(named, passages_of=plan.passages_of)
    return finish(measured, further, texts, save=settings.save)
