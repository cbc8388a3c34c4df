"""Claim guard: a sentence that the paper did not write, against the quotes it is cited to.

Its numbers, names, directions, negations and comparisons must stand in the quotes, across
languages through the lexicon. Rules only: what it cannot judge it lets pass, so the quote is
always shown beside the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.lexicon import Concept
from ingest.clean import count_han, search_text
from rag.contradictions import contradictions, misordered, numbers_agree
from rag.polarity import (
    Clause,
    Turn,
    best_around,
    best_match,
    best_object,
    clauses,
    overlap,
    tokens,
)
from rag.quantities import quantities, supported
from rag.terms import SPECIFIC, Translator, fold, mentions

# Share of a clause's words that must be in a clause of the quote to compare the two.
SAME_CLAUSE = 0.5
SAME_OBJECT = 0.6
# A same-language sentence that shares fewer words than this with its quotes rests on another.
LEAST_SHARED = 0.25
# Margin by which another passage may be nearer to the sentence than the cited one.
NEARER = 0.03


@dataclass(frozen=True, slots=True)
class Finding:
    """What a sentence says that its quotes do not.

    ``kind``: "number", "name", "direction", "negation", "comparison" or "citation"; and, for
    a language model's reply, "uncited", "passage" (one that was not given) or "language".
    ``text`` is the part of the sentence.
    """

    kind: str
    text: str

    @property
    def zh(self) -> str:
        """The reason in Chinese."""
        return f"{_REASONS[self.kind][0]}：{self.text}"

    @property
    def en(self) -> str:
        """The reason in English."""
        return f"{_REASONS[self.kind][1]}: {self.text}"


_REASONS = {
    "number": ("引文中没有这个数字", "number not in the quote"),
    "name": ("引文中没有这个名称", "name not in the quote"),
    "direction": ("与引文的作用方向相反", "direction opposite to the quote"),
    "negation": ("肯定或否定与引文不符", "negation differs from the quote"),
    "comparison": ("与引文的比较方向相反", "comparison opposite to the quote"),
    "citation": ("引文不支持这句话", "the quote does not bear this sentence"),
    "uncited": ("没有注明出处", "names no passage"),
    "passage": ("所注段落不存在", "names a passage that was not given"),
    "language": ("与提问的语言不同", "not in the question's language"),
}

_NAME = re.compile(
    r"(?<![A-Za-z0-9α-ω])(?=[A-Za-zα-ωΑ-Ω0-9\-/+.]*[A-Zα-ωΑ-Ω0-9])[A-Za-zα-ωΑ-Ω][A-Za-zα-ωΑ-Ω0-9\-/+.]*[A-Za-zα-ωΑ-Ω0-9]|"
    r""
    r""
    r""
    r"(?<![A-Za-z0-9])\d+[A-Z][A-Za-z]+\d*",
    re.A,
)
_DRUG_EN = re.compile(
    r"\b[a-z]+(?:mab|nib|ciclib|parib|platin|taxel|rubicin|gliflozin|gliptin|"
    r"glutide|statin|sartan|prazole|cycline|cillin|mycin|tinib|limus|rasib)\b",
    re.I,
)
_GREEK = {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "κ": "kappa", "ω": "omega"}
_DRUG_ZH = re.compile(
    r"[\u4e00-\u9fff]{1,5}?(?:替尼|单抗|西布|列净|他汀|沙坦|普利|格列汀|鲁肽|"
    r"西林|霉素|他滨|曲塞|紫杉醇|拉西布|非尼|铂|泊苷|利酮)"
)
_DISEASE_ZH = re.compile(
    r"(?:[胃肠肝胆胰肾肺脑骨乳食甲前卵宫膀皮鼻咽喉口][\u4e00-\u9fff]{0,3})(?:癌|"
    r"肉瘤)|[\u4e00-\u9fff]{2,4}(?:淋巴瘤|白血病|黑色素瘤|综合征)"
)
# What follows a name with a hyphen and is no part of it: CCR2-positive.
_SUFFIX = re.compile(
    r"-(?:positive|negative|mediated|dependent|independent|driven|mutant|mutated|induced|based|"
    r"targeted|associated|related|expressing|positivity|high|low|deficient|null|"
    r"wild|type|like|naive)$",
    re.I,
)
_SPACE = re.compile(
    r"(?<=[\u4e00-\u9fff])\s+(?=[a-z0-9α-ω])|(?<=[a-z0-9α-ω])\s+(?=[\u4e00-\u9fff])"
)
# A word with a capital that is named after what it is: Hippo 信号, Notch signalling.
# Names that can be put in many other words.
_VAGUE = re.compile(
    r"不良|副作用|\b(?:adverse|side effects?)\b|^(?:联合|综合|全身|局部|标准|"
    r"单药)?(?:治疗|疗法|用药|方案)$|"
    r"^(?:combination |standard |systemic |local |mono)?(?:therapy|treatment)$", re.I
)  # fmt: skip
_PATHWAY = re.compile(r"\b([A-Z][a-z]+)\s*(?:信号|通路|轴|signal(?:l)?ing|pathway)")
_LINKS = re.compile(
    r"(?:和|与|及|或|联合|加|用|使用|采用|选用|如|的|是|为|对|在|给予|接受|包括|抑制剂|可|、)"
)


def check(
    sentence: str,
    quotes: Sequence[str],
    *,
    translator: Translator | None = None,
    context: str = "",
    nearness: tuple[float, float] | None = None,
) -> tuple[Finding, ...]:
    """Return what ``sentence`` claims beyond ``quotes``; () when nothing was found wrong.

    ``context`` (headings and title) may lend names of diseases and organs, nothing else.
    ``nearness`` is the sentence's similarity to the cited passage and to the nearest other.
    """
    if not quotes:
        return (Finding("citation", sentence[:40]),)
    claim, source = search_text(sentence), search_text(" \n ".join(quotes))
    zh_claim, zh_source = _is_chinese(claim), _is_chinese(source)
    same = zh_claim == zh_source
    findings = [
        *_numbers(claim, source),
        *_names(claim, source, search_text(context), translator, same=same),
        *_turns(*_shared_names(claim, source, translator, same=same), same=same),
        *(Finding("direction", text) for text in contradictions(claim, source, translator)),
        *(Finding("comparison", text) for text in misordered(claim)),
        *_negations(fold(claim), fold(source), same=same),
        *([] if same else _undenied(*_shared_names(claim, source, translator, same=False))),
    ]
    if not findings:
        findings += _citation(fold(claim), fold(source), nearness, same=same)
    return tuple(dict.fromkeys(findings))


def _is_chinese(text: str) -> bool:
    return count_han(text) * 2 >= len(re.findall(r"[A-Za-z]+", text))


def _numbers(claim: str, source: str) -> list[Finding]:
    stated = quantities(source, liberal=True)
    fell = any(t.sign < 0 for c in (*clauses(fold(claim)), *clauses(fold(source))) for t in c.turns)
    return [
        Finding("number", q.text)
        for q in quantities(claim)
        if not supported(q, stated, any_sign=fell)
    ]


def _spelled(name: str) -> str:
    low = name.lower()
    for letter, word in _GREEK.items():
        low = low.replace(letter, word)
    return re.sub(r"[^a-z0-9]", "", low)


def _names(
    claim: str, source: str, context: str, translator: Translator | None, *, same: bool
) -> list[Finding]:
    """Find names that the source lacks under all the names that are known for them."""
    language = "zh" if _is_chinese(claim) else "en"
    low_source, low_context = _close(fold(source)), _close(fold(context))
    findings: list[Finding] = []
    known: list[tuple[int, int]] = []
    if translator is not None:
        theirs = _named(source, translator)
        for concept in translator.concepts(claim, language):
            known.append((concept.start, concept.end))
            names = tuple(_close(fold(n)) for n in (concept.text, *concept.names))
            if (
                _VAGUE.search(concept.text)
                or theirs.intersection(names)
                or _parts_known(concept.text, source, translator)
            ):
                continue
            lendable = concept.kind in ("disease", "anatomy", "organ")
            if concept.kind not in SPECIFIC or mentions(low_source, names):
                continue
            if (lendable and mentions(low_context, names)) or _spelled_in(names, source):
                continue
            if _sure_name(concept, same=same):
                findings.append(Finding("name", concept.text))
    squeezed = _spelled(source)
    for match in (*_NAME.finditer(claim), *_DRUG_EN.finditer(claim)):
        if any(a < match.end() and match.start() < b for a, b in known):
            continue
        name = _SUFFIX.sub("", match.group())
        if not _is_symbol(name, at_start=match.start() == 0) and not _DRUG_EN.fullmatch(name):
            continue
        if same or _has_digit(name):
            parts = [_spelled(p) for p in re.split(r"[/]", name)]
            if not all(part in squeezed or _loose(part, squeezed) for part in parts):
                findings.append(Finding("name", name))
    findings += [
        Finding("name", m.group(1))
        for m in _PATHWAY.finditer(claim)
        if m.group(1).lower() not in low_source
    ]
    if same and language == "zh":
        findings += _unlisted(_DRUG_ZH, claim, source, known)
        findings += _unlisted(_DISEASE_ZH, claim, source + context, known)
    return findings


def _unlisted(
    pattern: re.Pattern[str], claim: str, source: str, known: Sequence[tuple[int, int]]
) -> list[Finding]:
    """Find Chinese names by their form, where the lexicon does not have them."""
    out = []
    for match in pattern.finditer(claim):
        if any(a < match.end() and match.start() < b for a, b in known):
            continue
        name = _LINKS.split(match.group())[-1]
        if len(name) > 2 and name not in source:
            out.append(Finding("name", name))
    return out


def _spelled_in(names: Sequence[str], source: str) -> bool:
    squeezed = _spelled(source)
    return any(n.isascii() and len(_spelled(n)) > 3 and _spelled(n) in squeezed for n in names)


def _close(text: str) -> str:
    """Return folded text without the space between Chinese and Latin characters."""
    return _SPACE.sub("", text)


def _named(text: str, translator: Translator) -> frozenset[str]:
    """Return all names, in both languages, of what ``text`` names."""
    found = translator.concepts(text, "zh" if _is_chinese(text) else "en")
    return frozenset(_close(fold(n)) for c in found for n in (c.text, *c.names))


def _parts_known(name: str, source: str, translator: Translator) -> bool:
    """Tell whether a name put together (EGFR inhibitors, A and B) has all its parts in the source.

    Its symbols have to stand in the source, its other words to name something that does.
    """
    words = [w for w in re.split(r"\s+(?:and\s+|plus\s+|with\s+)?|和|/|联合", name) if w]
    symbols = [w for w in words if _is_symbol(w, at_start=False)]
    if symbols:
        squeezed = _spelled(source)
        return len(words) > 1 and all(_spelled(w) in squeezed for w in symbols)
    if len(words) < 2:
        return False
    low_source = _close(fold(source))
    known = [_named(word, translator) for word in words if len(word) > 3]
    return any(known) and all(mentions(low_source, tuple(k)) for k in known if k)


def _sure_name(concept: Concept, *, same: bool) -> bool:
    """Tell whether a missing concept is an error and not another way to put it."""
    kind = concept.kind
    if same:
        return kind not in ("anatomy", "organ", "procedure", "cell") or len(concept.text) > 2
    if kind in ("gene", "protein", "gene/protein", "pathway"):
        # What has no symbol (driver gene, cytokine) can be put in other words.
        return any(n.isascii() and _is_symbol(n, at_start=False) for n in concept.names)
    if kind == "drug":
        return not re.search(r"类|药物?$|剂$", concept.names[0] if concept.names else concept.text)
    return kind in ("disease", "regimen")


def _is_symbol(name: str, *, at_start: bool) -> bool:
    if any(c.isdigit() for c in name) or sum(c.isupper() for c in name) > 1:
        return True
    return any("α" <= c <= "ω" for c in name) and not at_start


def _has_digit(name: str) -> bool:
    return any(c.isdigit() for c in name) and sum(c.isalpha() for c in name) > 0


def _loose(part: str, squeezed: str) -> bool:
    """Plurals and hyphen variants of a name count as the name."""
    return len(part) > 3 and part.endswith("s") and part[:-1] in squeezed


def _shared_names(
    claim: str, source: str, translator: Translator | None, *, same: bool
) -> tuple[str, str]:
    """Return both texts folded; across languages with concepts under their English names."""
    if translator is None or (same and _is_chinese(claim)):
        return fold(claim), fold(source)
    out = []
    for text in (claim, source):
        pieces, at = [], 0
        for concept in translator.concepts(text, "zh" if _is_chinese(text) else "en"):
            english = next((n for n in concept.names if n.isascii()), concept.text)
            pieces += [text[at : concept.start], " ", _spelled(english), " "]
            at = concept.end
        out.append(fold("".join((*pieces, text[at:]))))
    return out[0], out[1]


def _turns(claim: str, source: str, *, same: bool) -> list[Finding]:
    """Find direction words that the quote turns the other way."""
    theirs = [turn for clause in clauses(source) for turn in clause.turns]
    ours = [turn for clause in clauses(claim) for turn in clause.turns]
    findings = []
    if not same:
        findings += _outnumbered(ours, theirs)
    for clause in clauses(claim):
        for turn in clause.turns:
            alone = [t for t in ours if t.axis == turn.axis]
            if not same and turn.axis == "degree" and len({t.sign for t in alone}) > 1:
                continue  # effective against resistance: which is which takes more than words
            if _is_turned(turn, theirs, len(alone), same=same):
                if turn.axis == "degree" and numbers_agree(claim):
                    continue  # the two numbers beside it are in that order
                kind = "direction" if turn.axis == "change" else "comparison"
                findings.append(Finding(kind, turn.word))
    return findings


def _outnumbered(ours: Sequence[Turn], theirs: Sequence[Turn]) -> list[Finding]:
    """Find a sense of change that the sentence has more often than a quote with more changes."""
    ours, theirs = ([t for t in turns if t.axis == "change"] for turns in (ours, theirs))
    for sign in (1, -1):
        own = [t for t in ours if t.sign == sign]
        if len(ours) <= len(theirs) and len(own) > sum(t.sign == sign for t in theirs):
            return [Finding("direction", own[-1].word)]
    return []


def _is_turned(turn: Turn, theirs: Sequence[Turn], ours: int, *, same: bool) -> bool:
    axis = [t for t in theirs if t.axis == turn.axis]
    alike = [t for t in axis if t.sign == turn.sign]
    opposed = [t for t in axis if t.sign != turn.sign]
    if not opposed:
        return False
    near, far = best_match(turn, alike), best_match(turn, opposed)
    assert far is not None
    if not same:
        # Only names are shared; without one that tells, both senses in the quote let it pass.
        if far[0] == 0:
            return not alike and len(axis) >= ours
        behind = best_object(turn, opposed)
        if turn.after and behind <= best_object(turn, alike) and near is not None:
            return False
        return near is None or far[0] > near[0] + 0.2
    if len(turn.after) > 1 and turn.axis == "change":
        behind = best_object(turn, opposed)
        if behind >= 0.75 and best_object(turn, alike) <= behind - 0.4:
            return True
    # A passive or an intransitive has before it what another puts behind the word.
    around = best_around(turn, opposed)
    moved = len(turn.around) > 2 and best_object(turn, alike) < SAME_CLAUSE
    if moved and around >= SAME_CLAUSE and best_around(turn, alike) < around - 0.1:
        return True
    most = bool(turn.before) + bool(turn.after)
    return far[0] >= SAME_OBJECT * most and (near is None or far[0] > near[0] + 0.05)


def _negations(claim: str, source: str, *, same: bool) -> list[Finding]:
    """Find clauses that deny what the quote says, or say what it denies."""
    theirs = clauses(source)
    findings = []
    for clause in clauses(claim):
        if same:
            other = _same_clause(clause, theirs)
            if other is None and _denies(clause, theirs, claim):
                findings.append(Finding("negation", clause.text.strip()[:40]))
            if other is not None and clause.negations % 2 != other.negations % 2:
                findings.append(Finding("negation", clause.text.strip()[:40]))
        elif (
            clause.negations
            and not any(c.negations for c in theirs)
            # "does not respond" may render 耐药: a word of decline that is not rendered so far.
            and _declines(theirs) <= _declines(clauses(claim))
        ):
            findings.append(Finding("negation", clause.text.strip()[:40]))
    return findings


def _undenied(claim: str, source: str) -> list[Finding]:
    """Find a claim in another language that leaves out the denial of the one clause it renders.

    Both texts have their concepts under shared names; words of decline may render a denial.
    """
    ours, theirs = clauses(claim), clauses(source)
    if any(c.negations or _declines([c]) for c in ours) or not any(c.negations for c in theirs):
        return []
    words = frozenset[str]().union(*(c.tokens for c in ours))
    shared = [(len(words & c.tokens), c.negations % 2) for c in theirs]
    most = max(count for count, _ in shared)
    if most and all(denied for count, denied in shared if count == most):
        return [Finding("negation", claim.strip()[:40])]
    return []


def _denies(clause: Clause, theirs: Sequence[Clause], claim: str) -> bool:
    """Tell whether a clause denies what the quote, in other words, says without any denial."""
    if clause.negations % 2 == 0 or any(c.negations for c in theirs):
        return False
    every = frozenset[str]().union(*(c.tokens for c in theirs))
    alike = overlap(clause.tokens, every) >= SAME_CLAUSE and len(clause.tokens) > 2
    return alike and _declines(theirs) <= _declines(clauses(claim))


def _declines(found: Sequence[Clause]) -> int:
    return sum(turn.sign < 0 for clause in found for turn in clause.turns)


def _same_clause(clause: Clause, others: Sequence[Clause]) -> Clause | None:
    """Return the clause that says nearly the same; None when there is none or it is unclear."""
    scored = sorted(
        ((min(overlap(clause.tokens, o.tokens), 2 * overlap(o.tokens, clause.tokens)), i)
         for i, o in enumerate(others)),
        reverse=True,
    )  # fmt: skip
    if not scored or scored[0][0] < SAME_CLAUSE or len(clause.tokens) < 2:
        return None
    best = others[scored[0][1]]
    if len(scored) > 1 and scored[1][0] > scored[0][0] - 0.1:
        rival = others[scored[1][1]]
        if rival.negations % 2 != best.negations % 2:
            return None
    return best


def _citation(
    claim: str, source: str, nearness: tuple[float, float] | None, *, same: bool
) -> list[Finding]:
    if nearness is not None and nearness[1] > nearness[0] + NEARER:
        return [Finding("citation", claim[:40])]
    words = tokens(claim)
    if same and len(words) >= 6 and overlap(words, tokens(source)) < LEAST_SHARED:
        return [Finding("citation", claim[:40])]
    return []
