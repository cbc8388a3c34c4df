"""Clauses in, what they say rises, falls or is denied: the words that turn a claim round."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

# Pairs of opposites; a word of one column in place of one of the other turns a claim round.
_UP = (
    r"促进(?!剂)|促使|增强|上调|升高|增加|激活(?!剂|的)|活化(?!的)|提高|加速|增多|延长|"
    r"诱导(?!的)|启动|增大|上升|扩大|过表达|高表达|表达(?:水平)?(?:较|更|偏)?高|加重|加剧"
    r"|\bpromot\w*|\benhanc\w*|\bup-?regulat\w*|\bincreas\w*|\bactivat\w*|"
    r"\bstimulat\w*|(?<!-)\binduc(?:e|es|ed(?! by)|ing)\b|(?<=is )induced|(?<=are )induced|"
    r"(?<=was )induced|(?<=were )induced|\belevat\w*"
    r"|\baccelerat\w*|\bprolong\w*|\brais(?:e|es|ed|ing)\b|\boverexpress\w*|"
    r"\bris(?:e|es|en|ing)\b|\brose\b|\bworsen(?:s|ed)?\b|\bget(?:s|ting)? worse\b|\bfacilitat\w*|"
    r"\bboost\w*|\bstrengthen\w*|\baggravat\w*|\bhigh(?=\s+(?:[\w\-/]+\s+){0,2}expression)"
)
_DOWN = (
    r"(?<!免疫)抑制(?!剂|因子|物|性)|阻断(?!剂)|下调|降低|减少|减弱|失活|灭活|"
    r"缩短|阻碍|阻止|妨碍|削弱|下降|缩小|低表达|表达(?:水平)?(?:较|更|偏)?低|减轻|减缓|延缓|"
    r"拮抗(?!剂)|受抑(?!制)|受阻|"
    r"阻滞(?!剂)|清除|缓解(?!率|期)|预防(?!性|接种|用药|措施|医学)"
    r"|\binhibit(?!or)\w*|\bsuppress\w*|\bblock(?!er)\w*|\bdown-?regulat\w*|"
    r"\bdecreas\w*|\breduc\w*|\bweaken\w*|\binactivat\w*"
    r"|\bshorten\w*|\bimpair\w*|\bimped\w*|\bprevent\w*|\battenuat\w*|"
    r"(?<![-\w])lower(?:s|ed|ing)\b|\blow(?=\s+(?:[\w\-/]+\s+){0,2}expression)|"
    r"\blower (?=(?:the )?[a-z]+ ?[a-z]* (?:and|by|in|"
    r"level))|\bkeep(?:s|ing)?(?= [\w\s\-]{1,30}? (?:from|out of)\b)|\bhamper\w*|\bhinder\w*|"
    r"\bdiminish\w*|\bdelay\w*|\bdeclin\w*|"
    r"\bfall(?:s|en|ing)?\b|\bfell\b|\bdrop(?:s|ped)?\b|\bslow(?:s|ed|ing)\b|"
    r"\brestrain\w*|\balleviat\w*|\beas(?:es|ed)\b|\breliev\w*|\bmitigat\w*|\bclear(?:s|ed)\b|"
    r"\bshr[iau]nk\w*|\beradicat\w*|\beliminat\w*|\bget(?:s|ting)? better\b"
)
_MORE = (
    r"高于|优于|大于|多于|长于|好于|强于|较高|更高|较好|更好|较长|更长|较多|"
    r"更多|较强|更强|敏感(?![度性])|有效(?!率|性|期|成分|数)|良好|较早|更早|阳性|较重|更重"
    r"|\b(?:higher|better|greater|longer|larger|stronger|superior|more(?! than)|"
    r"earlier|sensitive|effective|good|positive|well(?! as)|more severe)\b"
)
_LESS = (
    r"低于|劣于|小于|少于|短于|差于|弱于|不及|不如|无应答|无反应|较低|更低|较差|更差|较短|"
    r"更短|较少|更少|较弱|更弱|欠佳|耐药|无效|不良(?!反应|事件)|有限|较晚|更晚|"
    r"阴性|较轻|更轻|(?<=[毒性反应])轻"
    r"|\b(?:lower|worse|poorer|poor|fewer|shorter|smaller|weaker|inferior|"
    r"less(?! than)|later|resistan(?:t|ce)|ineffective|limited|bad|negative|"
    r"poorly|milder|less severe)\b"
)
_TURNS = re.compile(f"(?P<up>{_UP})|(?P<down>{_DOWN})|(?P<more>{_MORE})|(?P<less>{_LESS})", re.I)
_AXIS = {"up": ("change", 1), "down": ("change", -1), "more": ("degree", 1), "less": ("degree", -1)}

_NEGATION = re.compile(
    r"(?<!或)不(?!低于|高于|少于|多于|超过|大于|小于|短于|同|仅|但|断|良|可逆|少|限|全|"
    r"足|稳定|典型|完整|明原因|久|得不|过|论|管|只|等|足)|(?<!或)未(?!来|分化|成熟|婚|"
    r"见(?:明显)?异常)|"
    r"(?<!或)无(?!论|异常|关紧要|进展|创|菌|病生存|瘤|痛|症状)|没有|并非|而非|绝非|"
    r"非(?=必要|同源|所有|全部|每)"
    r"|缺乏(?!症|\s*[a-z]+-?\d|[^，。；]{0,4}[A-Za-z0-9-]{2,12} ?的|有关|相关|与|和|者|的|会|可|"
    r"不|未|加重|使|"
    r"是|导致|引起|造成|$)|不足以|不充分|难以|很难|缺少(?=[^，。；]{0,6}(?:药|证据|研究|数据|"
    r"手段|方法|指标))|独立于|尚未|从未|禁用|禁忌|避免"
    r"|\bneither\b(?:[^,.;]{0,60}?\bnor\b)?|\b(?:(?<!whether or )not|no|never|"
    r"(?<!those )(?<!patients )(?<!ones )without(?! symptoms|\s+[a-z]+-?\d)|"
    r"nor|cannot|lacks(?!\s+[a-z]+-?\d)|lack(?!\s+[a-z]+-?\d| of (?!evidence|"
    r"data|proof))|lacking(?!\s+[a-z]+-?\d)|fail(?:s|ed|ing)? to|"
    r"absence of|independent(?:ly)? of|contraindicat\w+|avoid(?:ed)?|unable|insufficient|"
    r"inadequate|unproven|"
    r"unlikely|unclear|unknown|uncertain|hardly|scarcely)\b|n't\b",
    re.I,
)
# A bound of a number is neither a comparison nor a denial.
_BOUND = re.compile(
    r"不(?:[要应宜得可能])?(?:低于|高于|少于|多于|超过|大于|小于|短于)|\bno(?:t)? (?:less|more|"
    r"fewer|"
    r"lower|higher) than\b|\bnot exceed\w*|不[到足满](?=\s*\d)|未[达到满](?:到)?(?=\s*\d)|"
    r"(?:[高低大小多少]于|超过)(?=\s*\d)|"
    r"\b(?:higher|lower|greater|more|less|fewer) than (?=\d)"
)
_CLAUSE = re.compile(
    r"[，,；;。！？!?：:\n]|,(?=\s)|\.(?=\s|$)|\b(?:but|whereas|while|although|"
    r"because(?! of))\b|但|而(?!且|后)"
)
# What begins another predicate is not governed any more.
_JOINED = re.compile(
    r"并(?!发)|且|从而|进而|\band (?:also )?(?:does|do|is|are|was|were|has|have|\w+s\b(?= )|"
    r"\w+ed\b(?=\s+(?:the|an?|its|their)\b))"
)
# A pause between two words of direction parts what they govern, and so does what comes after:
# 功能减弱、分泌增多; 抑制 A 后 B 增多.
_PREDICATE = re.compile(f"{_JOINED.pattern}|、|(?<![术预然此产餐])后(?=[\u4e00-\u9fffA-Za-z])")
# Words that only join; what two clauses share has to be more than these.
_JOINING = frozenset(
    "a an and as at by for from in is are was were be been has "
    "have had of on or than that the this to with".split()
)
_TOKEN = re.compile(r"[a-z0-9α-ω]+|[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Turn:
    """A direction word: ``axis`` "change" or "degree", ``sign`` +1 or -1, and what it governs."""

    word: str
    axis: str
    sign: int
    before: frozenset[str]
    after: frozenset[str]

    @property
    def around(self) -> frozenset[str]:
        """All that the word may govern, on either side."""
        return self.before | self.after


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause with its direction words, negations and content; ``plain`` is it as it stands."""

    text: str
    turns: tuple[Turn, ...]
    negations: int
    tokens: frozenset[str]
    plain: str = ""


def tokens(text: str) -> frozenset[str]:
    """Return bigrams of Chinese characters and Latin words of folded ``text``."""
    out: set[str] = set()
    previous = ""
    for match in _TOKEN.finditer(text.lower()):
        token = match.group()
        if token.isascii() or len(token) > 1 or "α" <= token <= "ω":
            if token not in _JOINING:
                out.add(token)
            previous = ""
        else:
            if previous:
                out.add(previous + token)
            previous = token
    return frozenset(out)


def clauses(text: str, read: Callable[[str], str] | None = None) -> tuple[Clause, ...]:
    """Return the clauses of folded ``text`` in order.

    ``read`` makes of the text of a clause what is compared of it: folded, names in one language.
    """
    out = []
    for part in _CLAUSE.split(text):
        if part and part.strip():
            made = _clause(read(part) if read else part)
            out.append(replace(made, plain=part.lower()))
    return tuple(out)


def _clause(text: str) -> Clause:
    text = _BOUND.sub(lambda m: " " * len(m.group()), text)
    found = list(_TURNS.finditer(text))
    turns = []
    for i, match in enumerate(found):
        axis, sign = _AXIS[str(match.lastgroup)]
        left = found[i - 1].end() if i else 0
        right = found[i + 1].start() if i + 1 < len(found) else len(text)
        if i and (breaks := list(_PREDICATE.finditer(text, left, match.start()))):
            left = breaks[-1].end()
        stop = _PREDICATE if i + 1 < len(found) else _JOINED
        if joined := stop.search(text, match.end(), right):
            right = joined.start()
        turns.append(
            Turn(
                match.group(),
                axis,
                sign,
                tokens(text[left : match.start()]),
                tokens(text[match.end() : right]),
            )
        )
    bare = _TURNS.sub(" ", text)
    return Clause(text, tuple(turns), len(_NEGATION.findall(bare)), tokens(bare))


def denies(text: str) -> bool:
    """Tell whether ``text`` has a word of denial."""
    return _NEGATION.search(text) is not None


def overlap(a: frozenset[str], b: frozenset[str]) -> float:
    """Return the share of ``a`` that is in ``b``, 0-1; 0 for an empty ``a``."""
    return len(a & b) / len(a) if a else 0.0


def best_match(turn: Turn, others: Sequence[Turn]) -> tuple[float, Turn] | None:
    """Return the turn that governs most of the same words, with 0-2 for how much."""
    scored = [
        (overlap(turn.before, o.before) + overlap(turn.after, o.after), o)
        for o in others
        if o.axis == turn.axis
    ]
    return max(scored, key=lambda pair: pair[0]) if scored else None


def best_around(turn: Turn, others: Sequence[Turn]) -> float:
    """Return 0-1: how much of what ``turn`` may govern another one has on either side."""
    return max((overlap(turn.around, o.around) for o in others), default=0.0)


def best_object(turn: Turn, others: Sequence[Turn]) -> float:
    """Return 0-1: how much of what stands behind ``turn`` stands behind another one."""
    return max((overlap(turn.after, o.after) for o in others), default=0.0)
