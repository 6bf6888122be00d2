"""What is asked of an index on the command line: `search`, `ask`, `article`, `articles`."""

import argparse
import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from rag.cli.output import open_index_of, print_json
from rag.errors import GenerationError
from rag.terminal import answer_text, hit_lines, safe

if TYPE_CHECKING:
    from rag.generate import LanguageModel
    from rag.index import Index
    from rag.types import Answer, Filter


def search(args: argparse.Namespace) -> int:
    """Print the passages that fit a question best."""
    from time import perf_counter

    from rag.stories import PER_ARTICLE

    index = open_index_of(args)
    begin = perf_counter()
    hits = index.search(
        args.question,
        k=args.k,
        where=filter_of(args),
        per_article=args.per_article or PER_ARTICLE,
        read=args.read,
    )
    if args.json:
        took = {"total": 1000 * (perf_counter() - begin)}
        found = {"question": args.question, "hits": [asdict(hit) for hit in hits]}
        return print_json({**found, "index": index.fingerprint, "timings_ms": took})
    print(hit_lines(hits))
    return 0


def ask(args: argparse.Namespace) -> int:
    """Print the answer to a question."""
    model = language_model(args)
    index, where = open_index_of(args), filter_of(args)
    before = None
    for earlier in args.after:
        before = index.ask(earlier, where=where, answer_from=args.answer_from, after=before)
    answer = index.ask(args.question, where=where, answer_from=args.answer_from, after=before)
    if model is not None:
        return _write(args, index, answer, model)
    if args.json:
        return print_json({**asdict(answer), "generated": None})
    print(answer_text(answer))
    return 0


def _write(
    args: argparse.Namespace, index: "Index", answer: "Answer", model: "LanguageModel"
) -> int:
    """Print what a language model writes: as it arrives on a terminal, else verified."""
    from rag.generate import Generated, GeneratedAnswer, write_answer
    from rag.generate.lines import checked_text, written_text

    shown = False
    for piece in write_answer(index, answer, model):
        if isinstance(piece, Generated):
            written = GeneratedAnswer(answer, piece)
        elif not args.json and sys.stdout.isatty():
            print(safe(piece), end="", flush=True)
            shown = True
    if args.json:
        return print_json({**asdict(answer), "generated": asdict(written.generated)})
    print(f"\n\n{checked_text(written)}" if shown else written_text(written))
    return 0


def article(args: argparse.Namespace) -> int:
    """Print an article's text."""
    from rag.store.generation import open_generation

    article = open_generation(args.index).article(args.id)
    if args.json:
        return print_json({**asdict(article), **asdict(article.metadata)}, leave_out="metadata")
    if sys.stdout.isatty():
        print(safe(article.text))
    else:  # not one character more or less: spans count in this text
        sys.stdout.buffer.write(article.text.encode())
        sys.stdout.buffer.flush()
    return 0


def articles(args: argparse.Namespace) -> int:
    """List the articles."""
    from rag.store.generation import Generation
    from rag.store.listing import list_articles
    from rag.store.manifest import live_generation
    from rag.terminal import article_lines

    listed = list_articles(Generation(live_generation(args.index)))
    if args.json:
        return print_json({"articles": listed})
    print(article_lines(listed))
    return 0


def language_model(args: argparse.Namespace) -> "LanguageModel | None":
    """Return the language model that was named, or None."""
    if args.llm_url is None:
        return None
    from rag.generate.client import TIMEOUT, LanguageModel

    key = os.environ.get("RAG_LLM_KEY") or os.environ.get("OPENAI_API_KEY")
    try:
        return LanguageModel(
            args.llm_url,
            args.llm_model,
            key=key.strip() if key else None,
            timeout=args.llm_timeout or TIMEOUT,
        )
    except ValueError as error:
        raise GenerationError(f"the language model cannot be asked: {error}") from error


def filter_of(args: argparse.Namespace) -> "Filter | None":
    """Return which articles were chosen, None for all."""
    from rag.types import Filter

    chosen = (tuple(args.source), tuple(args.language), tuple(args.article))
    where = Filter(args.since, args.until, *chosen)
    return None if where == Filter() else where
