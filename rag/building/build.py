"""A folder of articles → a new generation of an index, embedding only what is new."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rag.building.assemble import Recipe, Split, counted, describe, embed_texts, write_files
from rag.building.before import generation_before, refuse_mixture, refuse_other_name
from rag.building.embedding import Progress, cached_vectors, known_vectors
from rag.building.plan import Plan, compare
from rag.building.vectors import VectorCache, forget
from rag.corpus import articles as readers
from rag.corpus import metadata, resemblance
from rag.corpus.articles import Problem, no_folder, nothing_to_read, read_articles
from rag.corpus.passages import Splitter, split_article
from rag.corpus.resemblance import Comparison, Resemblance
from rag.corpus.spool import Spool
from rag.encoders import BUNDLED, Encoder, load_encoder
from rag.errors import IndexUnwritable
from rag.store.generation import Generation
from rag.store.lock import building
from rag.store.manifest import CorpusHash, fingerprint
from rag.store.publish import drafted, publish, tidy
from rag.store.tables import split_articles
from rag.types import Article, Passage

RULES = {
    "metadata_rules": metadata.RULES,
    "reader_rules": readers.RULES,
    "resemblance_rules": resemblance.RULES,
}
"""By which articles are read; an index that was made by others is not mixed with these."""

Found = Iterable[Article | Problem]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build found and did. Articles are counted against the generation before."""

    index: str
    fingerprint: str
    unchanged: bool  # nothing was to be done, and nothing was
    articles: int
    passages: int
    sentences: int
    added: int
    changed: int
    removed: int
    embedded: int  # distinct texts that went through the encoder
    reused: int  # passages and sentences whose vectors were known, or are those of an equal text
    problems: tuple[Problem, ...]


def build_index(
    folder: str | Path,
    index: str | Path = "index",
    *,
    model: str | None = None,
    encoder: Encoder | None = None,
    splitter: Splitter | None = None,
    cache: Path | None = None,
    rebuild: bool = False,
    keep: bool = False,
    progress: Progress | None = None,
    on_plan: Callable[[Plan], None] | None = None,
) -> BuildReport:
    """Bring the index up to date with the folder of articles.

    `model` is the encoder's name; by default that of the existing index, else the bundled
    model. An unchanged folder leaves the index as it is. `on_plan` is told what will be done
    before it is. A build that is interrupted, however, leaves the old generation serving, and
    the next one finds what it had embedded. `keep` leaves old generations and left-overs where
    they are. Raises CorpusError, ModelError, IndexLocked while another process builds,
    IndexUnwritable, and, unless `rebuild` is set, IndexMismatch where the index has another
    model, splitter or format.
    """
    folder, index = Path(folder), Path(index)
    splitter, report = splitter or Splitter(), progress or _silent
    report("reading articles", 0, 0)
    if not folder.is_dir():
        raise no_folder(folder)
    with building(index):
        before = generation_before(index, rebuild=rebuild)
        if encoder is None:
            if not rebuild:
                refuse_other_name(before, index, model)
            name = model or (before.manifest.encoder["name"] if before else BUNDLED)
            encoder = load_encoder(name, cache=cache, progress=lambda line: report(line, 0, 0))
        split = partial(_split, encoder=encoder, splitter=splitter)
        settings = splitter.settings() | RULES
        recipe = Recipe(
            index, folder, encoder, settings, split, report, on_plan or (lambda _: None), keep
        )
        if before and not rebuild:
            refuse_mixture(before, recipe)
        return _renew(before, _read(folder, index, before), recipe)


def index_articles(
    articles: Iterable[Article],
    index: Path,
    *,
    folder: Path,
    encoder: Encoder,
    settings: dict[str, Any],
    split: Split,
    progress: Progress | None = None,
) -> BuildReport:
    """Bring the index up to date with articles that are at hand, ordered by id.

    `split` gives an article's passages (its second argument are the lines that other articles
    have too), `settings` says how for the fingerprint, and `folder` where the articles come
    from. An index of another make is replaced. Raises IndexLocked while another process builds.
    """
    with building(index):
        before = generation_before(index, rebuild=True)
        recipe = Recipe(index, folder, encoder, settings, split, progress or _silent)
        return _renew(before, articles, recipe)


def plan_index(
    folder: str | Path,
    index: str | Path = "index",
    *,
    model: str | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Return what `build_index` would do, without touching the index or loading a model.

    Raises CorpusError, and IndexMismatch where the index has another model or format.
    """
    folder, index = Path(folder), Path(index)
    before = generation_before(index, rebuild=False)
    refuse_other_name(before, index, model)
    (progress or _silent)("reading articles", 0, 0)
    hashes: dict[str, str] = {}
    corpus, problems = CorpusHash(), []
    for found in _read(folder, index, before):
        if isinstance(found, Problem):
            problems.append(found)
        elif found.id not in hashes:
            hashes[found.id] = found.sha256
            corpus.add(found)
    return compare(before, hashes, corpus.hexdigest(), tuple(problems))


def _renew(before: Generation | None, found: Found, recipe: Recipe) -> BuildReport:
    index, encoder = recipe.index, recipe.encoder
    with drafted(index) as draft:
        spool = Spool(draft)
        plan = compare(before, *_fill(spool, found))
        recipe.on_plan(plan)
        name = fingerprint(recipe.described(), recipe.settings, spool.corpus)
        if before and before.manifest.fingerprint == name:
            after, embedded = before, 0
        else:
            after, embedded = _make(before, name, draft, spool, recipe)
    if not recipe.keep:
        forget(index, encoder.fingerprint)
        with suppress(IndexUnwritable):  # the index is whole; what is left, the next build removes
            tidy(index)
    return _report(index, after, plan, embedded=embedded, unchanged=after is before)


def _make(
    before: Generation | None, name: str, draft: Path, spool: Spool, recipe: Recipe
) -> tuple[Generation, int]:
    """Make the live generation of the spooled articles; return it and how much was embedded."""
    encoder = recipe.encoder
    alike = _compare(spool, recipe.report)
    tables = split_articles(
        counted(spool, recipe.report, "splitting"),
        lambda article: recipe.split(article, alike.shared_lines(article)),
    )
    cache = VectorCache(recipe.index, fingerprint=encoder.fingerprint, dimension=encoder.dimension)
    same = before if before and before.manifest.encoder == recipe.described() else None
    known = known_vectors(same)
    embedded = embed_texts(spool, tables, known, cache, recipe)
    lookups = [[own, cached_vectors(cache)] for own in known]
    write_files(draft, spool, tables, alike.leaders, lookups, recipe)
    made = publish(recipe.index, draft, partial(describe, name, spool, tables, recipe))
    return made, embedded


def _compare(spool: Spool, report: Progress) -> Resemblance:
    comparison = Comparison()
    for article in counted(spool, report, "comparing"):
        comparison.add(article)
    return comparison.settle(spool.article)


def _fill(spool: Spool, found: Found) -> tuple[dict[str, str], str, tuple[Problem, ...]]:
    problems = []
    try:
        for one in found:
            if isinstance(one, Problem):
                problems.append(one)
            elif not spool.add(one):
                problems.append(Problem(one.id, "another article has the same id"))
    finally:
        spool.close()
    return spool.hashes, spool.corpus, tuple(problems)


def _read(folder: Path, index: Path, before: Generation | None) -> Iterator[Article | Problem]:
    """Yield what is in the folder; what was read before by the same rules is not read again.

    Raises CorpusError at the end where there was no article.
    """
    problems = []
    empty = True
    same = before is not None and RULES.items() <= before.manifest.splitter.items()
    known = before.known if before is not None and same else None
    for found in read_articles(folder, exclude=index, known=known):
        if isinstance(found, Problem):
            problems.append(found)
        else:
            empty = False
        yield found
    if empty:
        raise nothing_to_read(folder, problems)


def _split(
    article: Article, shared: frozenset[str], *, encoder: Encoder, splitter: Splitter
) -> list[Passage]:
    return split_article(
        article.text,
        language=article.metadata.language,
        count_tokens=encoder.count_tokens,
        splitter=splitter,
        shared=shared,
    )


def _silent(_what: str, _done: int, _total: int) -> None:
    """Report nothing."""


def _report(
    index: Path, after: Generation, plan: Plan, *, embedded: int, unchanged: bool
) -> BuildReport:
    counts = after.manifest.counts
    return BuildReport(
        index=str(index),
        fingerprint=after.manifest.fingerprint,
        unchanged=unchanged,
        added=len(plan.added),
        changed=len(plan.changed),
        removed=len(plan.removed),
        embedded=embedded,
        reused=counts["passages"] + counts["sentences"] - embedded,
        problems=plan.problems,
        **counts,
    )
