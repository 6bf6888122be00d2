"""Does a sentence refer back to the one before it?

Told by its first word, a demonstrative or a pronoun, in the languages listed: cautious, and
wrong where such a word points forward. Knows nothing of articles.
"""

import regex

_WORDS = {
    "fr": "ce c'est cet cette ces celui celle ceux celles il elle ils elles cela ceci",
    "en": "this that these those it he she they its his her their",
    "ru": "это этот эта эти он она оно они его её ее их такой такая такие там",
    "kk": "бұл ол олар осы мұндай сол оның олардың",
    "tr": "bu o onlar şu böyle bunlar bunun onun",
    "az": "bu o onlar belə bunlar bunun onun",
    "de": "dieser diese dieses er sie es dies diesen",
    "es": "este esta estos estas ese esa él ella ellos ellas esto eso",
    "it": "questo questa questi queste esso essa egli lui lei loro",
    "uk": "це цей ця ці він вона воно вони його її їх",
}
_ALL = frozenset(word for words in _WORDS.values() for word in words.split())
_FIRST = regex.compile(r"[\p{L}\p{M}]+(?:['’]\p{L}+)?")


def refers_back(sentence: str, language: str | None) -> bool:
    """Tell whether the sentence begins with a word that points to what was said before.

    `language` is ISO 639-1; where it is unknown, or not listed, the words of all count.
    """
    first = _FIRST.search(sentence)
    if first is None:
        return False
    words = frozenset(_WORDS[language].split()) if language in _WORDS else _ALL
    return first[0].casefold().replace("’", "'") in words
