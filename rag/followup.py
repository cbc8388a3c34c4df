"""A question that leans on the turns before -> the completed question, by rules.

A question leans when it points back (它, 该药, the former), when it only names another thing
(「那免疫治疗呢？」, "and in SCLC?") or only asks for a quality of something (「剂量呢？」,
"side effects?"). It is completed from the last question, itself completed; a question that is
complete in itself is left alone, whatever it begins with.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.errors import GenerationFailed
from rag.drafts import plain
from rag.earlier import Earlier, language_of
from rag.followup_en import complete_en
from rag.followup_zh import complete_zh
from rag.guard import check
from rag.llm import Endpoint
from rag.mentions import mentions_of
from rag.prompts import completion_messages
from rag.terms import Translator

LONGEST_LEANING = {"zh": 60, "en": 180}
LONGEST_COMPLETED = 300


def complete(question: str, history: Sequence[str], translator: Translator | None = None) -> str:
    """Return ``question`` completed from ``history`` (oldest first), or as it is.

    The earlier questions are completed first, so that a chain of follow-ups keeps its topic.
    """
    before = ""
    for earlier in history:
        if any(c.isalnum() for c in earlier):
            before = _complete_one(earlier.strip(), before, translator)
    return _complete_one(question.strip(), before, translator)


def complete_by_model(
    question: str, history: Sequence[str], translator: Translator | None, endpoint: Endpoint
) -> str:
    """Return ``question`` completed by a language model where the rules say that it leans.

    What the model adds has to come from the earlier questions; else the rules' own
    completion is returned, as it is when the model fails.
    """
    by_rule = complete(question, history, translator)
    if by_rule == question.strip():
        return by_rule
    try:
        line = next(iter(endpoint.lines(completion_messages(question, history))), "")
    except GenerationFailed:
        return by_rule
    text = plain(line)
    known = [*history[-4:], question, by_rule]
    usable = (
        any(c.isalnum() for c in text)
        and len(text) <= LONGEST_COMPLETED
        and language_of(text) == language_of(question)
        and not check(text, [" ".join(known)], translator=translator)
    )
    return text if usable else by_rule


def _complete_one(text: str, before: str, translator: Translator | None) -> str:
    language = language_of(text)
    if not before or len(text) > LONGEST_LEANING[language]:
        return text
    earlier = Earlier(before, mentions_of(before, language_of(before), translator))
    own = mentions_of(text, language, translator)
    completed = (complete_zh if language == "zh" else complete_en)(text, own, earlier)
    return completed if len(completed) <= LONGEST_COMPLETED else text
