"""Questions as people type them in haste."""

import random
import unicodedata

PLAIN, UNASKED = 0.08, 0.1  # the shares of questions without accents and capitals, and without "?"


def plainly(text: str, rng: random.Random) -> str:
    """Return a question, now and then without its accents and capitals or its question mark."""
    if rng.random() < PLAIN:
        bare = unicodedata.normalize("NFD", text)
        text = "".join(c for c in bare if not unicodedata.combining(c)).lower()
    return text.rstrip(" ?؟") if rng.random() < UNASKED else text
