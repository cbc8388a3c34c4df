"""What a named agent does: 双膦酸盐的作用机制, how does vericiguat work.

The sentences that answer have it act on something; its name alone stands everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.mechanism_facts import mechanisms_in
from rag.mentions import mentions_of, name_forms
from rag.question import Question
from rag.selection import Candidate
from rag.terms import Translator, fold
from rag.topics import ACTING, holds_nothing_else

# What a sentence gains in which the agent acts, in log odds; so many of the best are read.
ACTS, READ = 2.0, 30

_ASKS = re.compile(
    r"(?:作用)?(?:机制|机理|原理)|(?:如何|怎样|怎么)(?:起|发挥)?作用"
    r"|\bhow (?:do|does|did)\b.*\b(?:work|act)\b"
    r"|\bmechanisms?(?: of action)?\b|\bmode of action\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Agent:
    """What a question asks the workings of; ``bare`` where it asks for nothing else."""

    names: frozenset[str]
    bare: bool
    lexicon: Translator

    def acts_in(self, candidate: Candidate) -> bool:
        """Tell whether a sentence says of it what it acts on."""
        language = candidate.hit.passage.language
        facts = mechanisms_in(candidate.search, language, self.lexicon)
        actors = [fold(fact.molecule) for fact in facts]
        return any(name in actor for actor in actors for name in self.names)

    def prefer(self, ranked: Sequence[Candidate]) -> tuple[list[Candidate], bool]:
        """Return the candidates anew, best first, and whether they answer by themselves."""
        acting = {c.key for c in ranked[:READ] if not c.idle and self.acts_in(c)}
        out = [replace(c, score=c.score + ACTS) if c.key in acting else c for c in ranked]
        return sorted(out, key=lambda c: -c.score), self.bare and bool(acting)


def agent_of(question: Question, lexicon: Translator | None) -> Agent | None:
    """Return the treatment or molecule whose workings are asked for, None for other questions."""
    if lexicon is None or not _ASKS.search(question.search):
        return None
    own = mentions_of(question.search, question.language, lexicon)
    agents = [m for m in own if m.family == "therapy" or m.family in ACTING]
    if not agents:
        return None
    names = name_forms(agents[0])
    return Agent(names, len(agents) == 1 and holds_nothing_else(question, lexicon), lexicon)
