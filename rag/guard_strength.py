"""Claims that are surer than their source: hedges left out, an association made a cause."""

from __future__ import annotations

import re

from rag.findings import Finding
from rag.pairing import Pair
from rag.polarity import Clause

# What a paper says with a reserve. 可 and "can" are none: they tell of an ability.
_HEDGE = re.compile(
    r"可能(?!性大小)|或许|也许|有望|似乎|推测|猜测|疑似|潜在(?!状态)|假说|假设|"
    r"(?<![\u4e00-\u9fff]者)或(?=可|能|将|为|与|会|因)|"
    r"(?:研究|结果|数据|证据|分析|发现|这|均|也|也均|高度)提示(?!卡|音)|"
    r"^[^，。]{0,4}提示|倾向于认为|尚(?:不|未)(?:明确|清楚|完全)|有待|值得进一步|"
    r"\b(?:may|might|could|possib\w+|perhaps|probabl\w+|potential(?:ly)?|putative|presumabl\w+|"
    r"likely|"
    r"appear(?:s|ed)? to|seem(?:s|ed|ingly)?|suggest\w*|promising|thought to|believed to|"
    r"hypothes\w+|"
    r"speculat\w+|unclear|candidate|remains? to be)\b",
    re.I,
)
# What a claim may say it with; a weaker word than the paper's is no error.
_RESERVED = re.compile(
    _HEDGE.pattern
    + r"|提示|可(?!以|靠|见|行|逆|溶|切)|大概|未必|未必|不一定|不(?:清楚|明确|明(?=[，。]|$)|"
    r"确定)|未[明知]|考虑|候选|预示|参考|是否|能否|(?:还|尚|仍)需|定论|"
    r"\bindicat\w*|\bimpl(?:y|ies|ied)\b|\b(?:unknown|uncertain)\b|\bwould\b|\bexpected to\b|"
    r"\bproposed\b|"
    r"\bpoints? to\b|\bhints?\b|\bnot (?:yet )?(?:clear|certain|established|known|understood)\b|"
    r"\bwhether\b|\bunsettled\b|"
    r"\bneeds? to be\b",
    re.I,
)
_PROOF = re.compile(
    r"证明|证实|确证|确认|必然|必定|一定(?!程度|的|时)|肯定|毫无疑问|确实|无疑|"
    r"\bprov(?:e|es|ed|en|es that)\b|\bdemonstrat\w+|\bconfirm\w*|\bestablish(?:ed|es)\b|"
    r"\bcertain(?:ly)?\b|"
    r"\bdefinite(?:ly)?\b|\bundoubtedly\b|\bindeed\b|\balways\b",
    re.I,
)
# What only reports, a reserve within what is reported, and what is said to come.
_SUGGESTS = re.compile(r"提示|\bsuggest\w*", re.I)
_INNER = re.compile(
    r"可能|有望|或许|也许|似乎|潜在(?!状态)"
    r"|\b(?:may|might|could|possib\w+|perhaps|probabl\w+|potential(?:ly)?|likely|promising)\b",
    re.I,
)
_WILL = re.compile(
    r"(?<![机社协议])会(?![议诊员])|必将|能够|必然|\bwill\b(?! not)|\bcan become\b", re.I
)
_ONE_OF = re.compile(r"之一|\bone (?:of|mechanism|cause|reason|way)\b|\bamong\b", re.I)
# Whatever reports a result may be put as proof of it; a reserve may not.
_REPORT = re.compile(
    r"证明|证实|确证|确认|确定|表明|显示|发现|公认|明确|"
    r"\bprov\w+|\bdemonstrat\w+|\bconfirm\w*|\bestablish\w*|\bshow\w*|\bfound\b|\breveal\w*|"
    r"\bknown\b",
    re.I,
)
# 与 X 相关 is an association, 肿瘤相关巨噬细胞 none.
_ASSOCIATED = re.compile(
    r"(?<![\u4e00-\u9fff])相关(?=[。，；]|$)|(?:与|和|同|跟)[^，。；]{1,40}?(?:相关|有关|关联|"
    r"联系)|呈[^，。；]{0,6}相关|相关性|"
    r"存在[^，。；]{0,6}关联|(?:危险|保护|预测|影响|风险)因素|预测指标|预示|伴随|"
    r"\bassociat(?:ed (?:with|to)|ion)\b|\bcorrelat\w+|\b(?:linked|related|link|"
    r"relation(?:ship)?) (?:to|with|between)\b|"
    r"\b(?:risk|protective|prognostic) factors?\b|\bpredict(?:s|ed|or|ors|ive)?\b",
    re.I,
)
_CAUSES = re.compile(
    r"导致|引起|造成|致使|引发|诱发|使得|决定了|归因于|源于|是由于|是因为|所致|的原因是|病因|"
    r"\bcaus(?:e|es|ed|ing|al|ally)\b|\b(?:lead|leads|led|leading) to\b|\bresult(?:s|ed|ing)? in\b|"
    r"\bgiv(?:e|es|ing) rise to\b|\bdue to\b|\bbrings? about\b|\btriggers?\b|\bbecause of\b",
    re.I,
)
_ACTS = re.compile(
    r"促进|促使|诱导|增加|升高|提高|降低|减少|抑制|加重|\bpromot\w+|\binduc\w+|\bincreas(?:es|"
    r"ed|e)\b|"
    r"\breduc(?:es|ed|e)\b|\braises?\b|\blowers?\b|\binhibits?\b|\bdriv(?:es|en|e)\b|\bworsens?\b",
    re.I,
)

# Its mechanism is related to X: that is said of a cause.
_BY_CAUSE = re.compile(
    r"(?:机制|机理|原因|成因)[^，。；]{0,8}[与和]|\b(?:mechanism|reason|"
    r"cause)s?\b",
    re.I,
)
_ACTING = re.compile(f"{_CAUSES.pattern}|{_ACTS.pattern}", re.I)


def stronger(pair: Pair) -> list[Finding]:
    """Return the clauses of the claim that their counterpart in the source says with a reserve."""
    return [*_unreserved(pair), *_caused(pair)]


def _unreserved(pair: Pair) -> list[Finding]:
    proof = _PROOF.search(pair.claim)
    one = _ONE_OF.search(pair.source) and not _ONE_OF.search(pair.claim)
    if one and (sure := _WILL.search(pair.claim)) and not _HEDGE.search(pair.claim):
        return [Finding("strength", sure.group())]
    if not _HEDGE.search(pair.source):
        if proof and not _REPORT.search(pair.source) and not _PROOF.search(pair.source):
            return [Finding("strength", proof.group())]
        return []
    if proof and not _PROOF.search(pair.source):
        proving = [c for c in pair.clauses[0] if _PROOF.search(c.plain)]
        if any(_all_hedged(pair, clause) for clause in proving):
            return [Finding("strength", proof.group())]
    if _RESERVED.search(pair.claim):
        return _promised(pair)
    return [
        Finding("strength", clause.plain.strip()[:40])
        for clause in pair.clauses[0]
        if _all_hedged(pair, clause)
    ][:1]


def _promised(pair: Pair) -> list[Finding]:
    """Find what a claim, behind a word of report alone, says will be, and its source may be."""
    if _HEDGE.search(_SUGGESTS.sub(" ", pair.claim)) or _WILL.search(pair.source):
        return []
    for clause in pair.clauses[0]:
        said, rendered = _WILL.search(clause.plain), pair.rendered(clause)
        if said and rendered and all(_INNER.search(other.plain) for other in rendered):
            return [Finding("strength", said.group())]
    return []


def _all_hedged(pair: Pair, clause: Clause) -> bool:
    """Tell whether all that the clause may render is said with a reserve."""
    rendered = pair.rendered(clause)
    return bool(rendered) and all(_hedged(pair, other) for other in rendered)


def _hedged(pair: Pair, clause: Clause) -> bool:
    """Tell whether a clause of the source has a hedge, or stands behind one of few words."""
    theirs = pair.clauses[1]
    at = theirs.index(clause)
    reporting = at > 0 and len(theirs[at - 1].tokens) < 6 and _HEDGE.search(theirs[at - 1].plain)
    return bool(_HEDGE.search(clause.plain) or reporting)


def _caused(pair: Pair) -> list[Finding]:
    """Find a cause where the source has no more than an association."""
    findings = []
    ours, theirs = _CAUSES.findall(pair.claim), _CAUSES.findall(pair.source)
    associated = _ASSOCIATED.search(pair.source) and not _ASSOCIATED.search(pair.claim)
    if associated and len(ours) > len(theirs) > 0:
        findings.append(Finding("cause", ours[-1]))
    for clause in pair.clauses[0]:
        rendered = pair.rendered(clause)
        if not rendered or _ASSOCIATED.search(clause.plain):
            continue
        for acts, words in ((_CAUSES, _CAUSES), (_ACTS, _ACTING)):
            said = acts.search(clause.plain)
            if said and all(
                _ASSOCIATED.search(o.plain)
                and not words.search(o.plain)
                and not (_BY_CAUSE.search(o.plain) and _RESERVED.search(clause.plain))
                for o in rendered
            ):
                findings.append(Finding("cause", said.group()))
    return findings
