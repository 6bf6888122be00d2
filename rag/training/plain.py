"""Questions as people type them in haste."""

import random
import unicodedata

PLAIN, UNASKED = 0.08, 0.1  # the shares of questions without accents and capitals, and without "?"
MISSPELT = 0.1  # the share of questions with one or two slips in longer words
LONGER = 5  # letters of a word that a slip still leaves to be guessed


def plainly(text: str, rng: random.Random) -> str:
    """Return a question, now and then without its accents, capitals or mark, or misspelt."""
    if rng.random() < PLAIN:
        bare = unicodedata.normalize("NFD", text)
        text = "".join(c for c in bare if not unicodedata.combining(c)).lower()
    if rng.random() < MISSPELT:
        for _ in range(rng.choice((1, 2))):
            text = slip(text, rng)
    return text.rstrip(" ?؟") if rng.random() < UNASKED else text


def slip(text: str, rng: random.Random) -> str:
    """Return a text with one letter dropped, doubled or exchanged with the next, in a long word.

    The first letter of the word stays. A text without a long word comes back as it is.
    """
    words = text.split(" ")
    longer = [i for i, word in enumerate(words) if len(word) >= LONGER and word.isalpha()]
    if not longer:
        return text
    place = rng.choice(longer)
    word = words[place]
    at = rng.randrange(1, len(word) - 1)
    words[place] = rng.choice(
        (
            word[:at] + word[at + 1 :],
            word[: at + 1] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )
    return " ".join(words)
