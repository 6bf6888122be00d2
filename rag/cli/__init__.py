"""The command `rag`, in the only folder that prints or reads the environment."""

from rag.cli.entry import main, run

__all__ = ["main", "run"]
