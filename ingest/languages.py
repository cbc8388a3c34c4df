"""The language of a text, told by its script and its function words."""

from __future__ import annotations

import re

from ingest.clean import count_han

_KANA = re.compile("[\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9d]")


_SCRIPTS = (
    ("ko", re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")),
    ("ru", re.compile("[\u0400-\u052f]")),
    ("ar", re.compile("[\u0600-\u06ff\u0750-\u077f]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("el", re.compile("[\u0370-\u03ff\u1f00-\u1fff]{3,}")),
)


_ENGLISH_QUESTION = re.compile(
    r"\s*(?:what|how|why|which|who|when|where|does|do|did|is|are|can|could|should)\b", re.I | re.A
)


_WORD = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿĀ-žƠ-ưẠ-ỹ]+(?:['’][a-z]+)?")


# Function words, and no form that two of the languages share without the others.
_FUNCTION_WORDS = {
    "en": "the of and to in is are was were what how why which does do did with for by that "
    "from on as be an this these can could between who when where or not it its has have",
    "fr": "le la les des du un une et est sont dans pour par avec sur que qui quel quelle quels "
    "quelles comment pourquoi au aux ce cette ces chez entre plus traitement d l",
    "de": "der die das und ist sind den dem des ein eine einer einem nicht mit für von zu auf bei "
    "wie was warum welche welcher wird werden im durch zwischen zur zum oder",
    "es": "el la los las de del y es son en un una por para con que qué cómo cuál cuáles como "
    "se su al entre más cuando donde tratamiento cáncer",
    "it": "il lo la gli le di del della dei delle e è sono in un una per con che come quali quale "
    "perché nel nella tra più trattamento cancro si",
    "pt": "o a os as do da dos das e é são em um uma por para com que como qual quais no na nos "
    "nas entre mais não tratamento câncer se",
    "nl": "de het een en van is zijn in op met voor dat die wat hoe waarom welke bij door niet "
    "wordt worden tussen naar of",
    "vi": "và là của các những trong cho với không được như thế nào gì tại sao bệnh ung thư có",
}


_PROFILES = {code: frozenset(words.split()) for code, words in _FUNCTION_WORDS.items()}


def _latin_language(words: list[str]) -> str:
    lowered = [word.lower() for word in words]
    scores = {code: sum(word in profile for word in lowered) for code, profile in _PROFILES.items()}
    best = max(scores, key=lambda code: scores[code])
    # Names of genes and drugs look like no language: they are English unless others are sure.
    return best if scores[best] >= max(2, scores["en"] + 1) else "en"


def detect_language(text: str) -> str:
    """Return the ISO 639-1 code of ``text``: "zh", "en", another code, or "und" for no letters.

    Chinese in both scripts is "zh". A Chinese text may hold many Latin names: it is English
    only when there are more Latin words than Chinese characters.
    """
    han = count_han(text)
    words = _WORD.findall(text)
    kana = len(_KANA.findall(text))
    if kana > 0.1 * (han + kana) and kana > 1:
        return "ja"
    for code, script in _SCRIPTS:
        found = sum(map(len, script.findall(text)))
        if found > max(han, sum(map(len, words))):
            return code
    asked_in_english = bool(words) and bool(_ENGLISH_QUESTION.match(text))
    if han and han >= len(words) and not asked_in_english:
        return "zh"
    return _latin_language(words) if words else ("zh" if han else "und")
