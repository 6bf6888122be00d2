"""Every error that the package raises on purpose.

    RagError
    ├── CorpusError      a folder or an article cannot be read
    ├── ModelError       an encoder cannot be built, loaded or used
    ├── QuestionError    a question has no word in it
    ├── FilterError      no article passes a filter
    ├── IndexMissing     there is no index at that path
    ├── IndexCorrupt     an index file is not what its manifest says
    ├── IndexMismatch    the index was made with another model, splitter or format
    ├── IndexLocked      another process is building this index
    ├── IndexUnwritable  the disk refuses what a build writes
    ├── GenerationError  a language model gave no usable answer
    └── BenchmarkError   a benchmark file is not what it should be

Each message says what was found, what was expected and what to do next, in one
line. Misuse by a programmer is `ValueError` or `TypeError` instead.
"""


class RagError(Exception):
    """The base of all errors that a user can mend."""


class CorpusError(RagError):
    """A folder or an article cannot be read."""


class ModelError(RagError):
    """An encoder cannot be built, loaded or used."""


class QuestionError(RagError, ValueError):
    """A question has no word in it: a user's fault where it is typed, else a programmer's."""


class FilterError(RagError):
    """No article passes a filter."""


class IndexMissing(RagError):
    """There is no index at that path."""


class IndexCorrupt(RagError):
    """An index file is not what its manifest says."""


class IndexMismatch(RagError):
    """The index was made with another model, splitter or format than asked for."""


class IndexLocked(RagError):
    """Another process is building this index."""


class IndexUnwritable(RagError):
    """The disk refuses what a build writes: it is full, failing or read-only."""


class GenerationError(RagError):
    """A language model could not be asked, or gave no usable answer."""


class BenchmarkError(RagError):
    """A benchmark file is not what it should be."""
