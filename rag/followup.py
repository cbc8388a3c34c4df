"""A question that leans on the turns before -> the completed question, by rules.

A question leans when it points back (它, 该药, the former), when it only names another thing
(「那免疫治疗呢？」, "and in SCLC?") or only asks for a quality of something (「剂量呢？」,
"side effects?"). It is completed from the last question, itself completed; a question that is
complete in itself is left alone, whatever it begins with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ingest.errors import GenerationFailed
from rag.drafts import plain
from rag.earlier import QUALITY_EN, QUALITY_ZH, Earlier, language_of, spaced
from rag.followup_en import complete_en
from rag.followup_turns import said_back
from rag.followup_zh import complete_zh
from rag.guard import check
from rag.llm import Endpoint
from rag.mentions import Mention, mentions_of
from rag.prompts import completion_messages
from rag.question import analyse
from rag.terms import Translator
from rag.topics import asks_of_nothing

LONGEST_LEANING = {"zh": 60, "en": 180}
LONGEST_COMPLETED = 300

# A whole question but for its subject; 治疗方法有哪些 and "what about ..." have rules of their own.
_ASKS_OPENLY = re.compile(
    r"有|分|可|能|如何|怎|用|哪|(?:which|what (?!about)|how (?!about)|are|is|do)\b", re.I
)

# A question in, the sentences that answer it out, the first first.
Answering = Callable[[str], Sequence[str]]


def complete(
    question: str,
    history: Sequence[str],
    translator: Translator | None = None,
    answering: Answering | None = None,
) -> str:
    """Return ``question`` completed from ``history`` (oldest first), or as it is.

    The earlier questions are completed first, so that a chain of follow-ups keeps its topic.
    ``answering`` is asked only where a word points to what the answer before named (该药).
    """
    before = ""
    for earlier in history:
        if any(c.isalnum() for c in earlier):
            before = _complete_one(earlier.strip(), before, translator, answering)
    return _complete_one(question.strip(), before, translator, answering)


def complete_by_model(
    question: str,
    history: Sequence[str],
    translator: Translator | None,
    endpoint: Endpoint,
    answering: Answering | None = None,
) -> str:
    """Return ``question`` completed by a language model where the rules say that it leans.

    What the model adds has to come from the earlier questions; else the rules' own
    completion is returned, as it is when the model fails.
    """
    by_rule = complete(question, history, translator, answering)
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


def _complete_one(
    text: str, before: str, translator: Translator | None, answering: Answering | None
) -> str:
    language = language_of(text)
    if not before or len(text) > LONGEST_LEANING[language]:
        return text

    def answered() -> list[Sequence[Mention]]:
        sentences = answering(before) if answering else ()
        return [mentions_of(said, language_of(said), translator) for said in sentences]

    earlier = Earlier(before, mentions_of(before, language_of(before), translator), answered)
    # 副作用 is a name in the lexicon, but one of something that is not named here.
    quality = QUALITY_ZH if language == "zh" else QUALITY_EN
    named = mentions_of(text, language, translator)
    own = [m for m in named if not quality.fullmatch(m.text)]
    by_rule = complete_zh if language == "zh" else complete_en
    completed = (
        said_back(text, own, earlier)
        or _of_the_subject(text, earlier, translator)
        or by_rule(text, own, earlier)
    )
    return completed if len(completed) <= LONGEST_COMPLETED else text


def _of_the_subject(text: str, earlier: Earlier, translator: Translator | None) -> str:
    """Ask for what ``text`` asks for of the subject before; "" where it names its own."""
    bare = re.sub(r"^(?:那么|那|还)[，,]?", "", text)
    if translator is None or not _ASKS_OPENLY.match(bare) or "呢" in text:
        return ""
    if not asks_of_nothing(analyse(bare), translator):
        return ""
    topic = earlier.topic(("disease",)) or earlier.topic()
    if not topic:
        return ""
    if language_of(text) == "en":
        return f"Regarding {topic}, {bare[:1].lower()}{bare[1:]}"
    return spaced("", topic, bare)
