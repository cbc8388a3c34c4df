"""A question's text in, a checked Question out: language, kind, and what it asks for.

Kinds: "who", "when", "where", "number", "classes" (how many, and which), "mechanism",
"treatment", "comparison", "definition", "list", "cause", "yesno", "source" (who showed this)
and "other".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.tokens import terms
from ingest.clean import count_han, search_text
from ingest.errors import QuestionError
from ingest.languages import detect_language

MAX_CHARACTERS = 2000

# A question in Latin letters is refused as another language only when it is this long and
# sure of it: names of genes and drugs belong to no language.
_LEAST_FOREIGN_WORDS = 4
_LATIN_LANGUAGES = frozenset(["fr", "de", "es", "it", "pt", "nl", "vi"])

_KINDS: tuple[tuple[str, str], ...] = (
    ("source", r"谁(?:首先|最早)?(?:证明|证实|发现|报道|提出|指出)|(?:哪|何)(?:项|篇|些)(?:研究|文献|作者)|出自|文献来源"
     r"|\bwho (?:showed|found|reported|demonstrated)|which (?:study|studies|paper|papers|authors?)\b"),
    ("classes", r"分(?:为|成)?哪?几个?大?(?:类|种|型|级|期|度|层|组|亚型|阶段|等级|部分)|(?:分为|分成)哪(?:些|几)"
     r"|\b(?:divided|classified|graded|staged) into (?:how many|what|which)|\bhow many (?:types|grades|stages|classes)\b"
     r"|\bhow (?:is|are) .* (?:classified|graded|staged|divided)\b"),
    ("number", r"多少|几(?:个|种|例|次|天|周|月|年|名|位|条|类|倍|岁|时|点|家|部|届|成|项|人|所|座|层|集|支|篇|本|只|块|架|艘|分|章|期|代|级|阶段|大)"
     r"|百分之几|多(?:大|高|长|远|久|重|快|深|宽|厚|低)|比例|概率|几率|何种剂量|剂量(?:是|为)|(?:率|值|数|占比|中位\S{0,6})(?:是|为)?(?:多少|如何|\?|？|$)"
     r"|\bhow (?:many|much|long|often|old|far|large|big|high|tall|fast|deep|wide)\b|\bwhat (?:percentage|proportion|fraction|number|rate|dose|share)\b"),
    ("when", r"何时|什么时候|什么时间|哪一?年|哪一?天|哪个?(?:月|世纪|年代|时期|时候|日期|赛季)|几(?:月|号|日)|何年|年份|多久以前"
     r"|\bwhen\b|\b(?:what|which) (?:year|date|day|month|century|decade)\b"),
    ("who", r"谁|哪(?:一?位|个人|些人|几位|名)|何人|什么人|\bwho(?:m|se)?\b"),
    ("where", r"哪里|哪儿|何处|什么地方|哪个?(?:国家|城市|地区|省|市|地方|部位|州|县|岛|洲|大学|学校)|位于|\bwhere\b|\b(?:what|which) (?:country|city|region|state|place|location)\b"),
    ("comparison", r"区别|差异|不同(?:点|之处)?(?:[?？]|$|是|在于)|相比|比较|优于|优劣|孰|对比|\bcompar|\bdiffer|\bversus\b|\bvs\.?\b|\b(?:better|worse|superior|inferior|higher|lower) than\b"),
    ("treatment", r"治疗|疗法|用药|药物|方案|怎么治|如何治|手术|化疗|放疗|疗效|预防|缓解|干预|\btreat|\btherap|\bregimen|\bdrugs?\b|\bmanage(?:ment|d)?\b|\bsurg|\bchemo|\bradio"),
    ("mechanism", r"机制|机理|如何(?:促进|抑制|影响|调控|介导|导致|引起|参与|诱导|激活|增强|降低|发挥|形成|发生|作用)|怎样(?:促进|抑制|影响|调控|介导|导致|引起|参与|诱导)"
     r"|通过(?:什么|哪些|何种)|作用(?:是|为|有)?(?:什么|如何|哪些)|信号通路|通路|\bmechanism|\bpathway|\bhow (?:do|does|did|can|is|are)\b|\brole of\b"),
    ("cause", r"为什么|为何|原因|缘故|因何|导致.{0,8}(?:因素|什么)|\bwhy\b|\bcauses?\b|\breasons?\b"),
    ("definition", r"(?:什么是|何谓|何为|是什么(?:意思)?[?？]?$|的?(?:定义|含义|概念)|指的?是什么|^what (?:is|are) (?:an? )?(?!the\b)(?:[\w\-αβγκ/+]+ ?){1,3}\?*$|\bdefin|\bmeaning of\b)"),
    ("list", r"哪些|哪几|有什么|包括(?:什么|哪)|分为|种类|类型|列举|\bwhich\b.*\b(?:are|were)\b|\blist\b|\bwhat are\b|\btypes? of\b|\binclude"),
    ("yesno", r"是否|能否|可否|有没有|会不会|能不能|吗[?？]?$|^\s*(?:is|are|was|were|do|does|did|can|could|should|has|have|will)\b"),
)  # fmt: skip
_PATTERNS = tuple((kind, re.compile(pattern, re.I)) for kind, pattern in _KINDS)

# Words that only frame a question; they neither need nor lend support.
_FRAME_ZH = (
    "请问|请告诉我|请|能否介绍|介绍一下|介绍|简述|概述|试述|总结|说明|列举|描述|阐述|解释|谈谈|根据(?:本文|文献|文中|论文|这些文献)|"
    "(?:本文|文献|文中|论文)(?:中|里|提到|认为|指出)?|是什么意思|为什么|什么时候|什么时间|什么地方|什么样|什么|哪里|哪儿|哪些|哪个|哪一个|哪一|哪种|哪位|哪几|哪|"
    "多少|如何|怎样|怎么样|怎么|为何|何时|何处|何种|何人|何|谁|是否|能否|可否|有没有|吗|呢|吧|啊|"
    "(?<=[分为成])哪?几个?大?(?=[类种型级期度层组亚阶等部])|"
    "几(?=[个种例次天周月年名位条类倍岁])|有什么|主要|的话|一下|关于|对于|以及|目前|可以|可能|能够|进行|存在|具有|"
    "属于|包括|包含|之间|其中|这个|那个|这种|那种|这些|那些|它们|他们|她们|我们|作用|方面|情况|问题"
)
FRAME_ZH = re.compile(_FRAME_ZH)
STOP_EN = frozenset(
    ["a", "about", "above", "after", "again", "all", "also", "am", "an", "and", "any", "are", "as",
     "at", "be", "because", "been", "before", "being", "below", "between", "both", "but", "by",
     "can", "could", "did", "do", "does", "doing", "done", "during", "each", "few", "for", "from",
     "had", "has", "have", "having", "he", "her", "here", "him", "his", "how", "i", "if", "in",
     "into", "is", "it", "its", "just", "like", "made", "make", "many", "may", "me", "might",
     "more", "most", "much", "must", "my", "name", "named", "no", "nor", "not", "of", "off",
     "often", "on", "once", "one", "only", "or", "other", "our", "out", "over", "own", "please",
     "same", "she", "should", "so", "some", "such", "tell", "than", "that", "the", "their", "them",
     "then", "there", "these", "they", "this", "those", "through", "to", "too", "under", "until",
     "up", "use", "used", "very", "via", "was", "we", "were", "what", "when", "where", "which",
     "while", "who", "whom", "whose", "why", "will", "with", "would", "you", "your", "kind",
     "type", "role", "main", "known", "called", "happen", "happened", "describe", "explain",
     "according", "say", "says", "said", "know", "mention", "paper", "papers", "study", "text",
     "article"]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """A question that may be asked. ``search`` is its folded form; ``kind`` see the module."""

    text: str
    search: str
    language: str
    kind: str
    broad: bool = False

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The search terms of the question, each as a group of alternatives."""
        found = dict.fromkeys(terms(FRAME_ZH.sub(" ", self.search)))
        return tuple((term,) for term in found if term not in STOP_EN)


def check_text(text: str) -> str:
    """Return ``text`` trimmed. Raises QuestionError when it is empty, too long or foreign."""
    trimmed = "".join(c if c.isprintable() or c.isspace() else " " for c in text).strip()
    if not any(c.isalnum() for c in trimmed):
        raise QuestionError(
            "问题为空；请输入一个中文或英文问题。",
            "the question is empty; type a question in Chinese or English.",
        )
    if len(trimmed) > MAX_CHARACTERS:
        raise QuestionError(
            f"问题有 {len(trimmed)} 个字符，超过上限 {MAX_CHARACTERS}；请缩短后再问。",
            f"the question has {len(trimmed)} characters, more than {MAX_CHARACTERS}; shorten it.",
        )
    return trimmed


def question_language(text: str) -> str:
    """Return "zh" or "en". Raises QuestionError for a question in another language."""
    found = detect_language(text)
    if found in ("zh", "en"):
        return found
    words = re.findall(r"[^\W\d_]+", text)
    sure = found not in _LATIN_LANGUAGES or len(words) >= _LEAST_FOREIGN_WORDS
    if found == "und" or not sure or (count_han(text) > 3 and found not in ("ja", "ko")):
        return "zh" if count_han(text) else "en"
    raise QuestionError(
        "目前只回答中文和英文问题；请用中文或英文提问。",
        "questions are answered in Chinese and English only; please ask in one of them.",
    )


def question_kind(text: str) -> str:
    """Return the kind of a question, the most specific that its wording shows."""
    for kind, pattern in _PATTERNS:
        if pattern.search(text):
            return kind
    return "other"


_BROAD = re.compile(
    r"哪些|有什么|综述|总结|概述|介绍|进展|现状|策略|机制|方法|如何治疗|怎么治疗|特点|影响因素"
    r"|(?:如何|怎样|怎么)(?:发生|形成|转移|发展)|(?:为什么|为何).{0,4}(?:转移|发生)|用(?:什么|哪种)药"
    r"|(?:治疗|疗法|药物|方案|手段|措施)[?？]?$|微环境"
    r"|\bwhat (?:are|is known|is the treatment|is the management)\b|\bwhich\b.*\bare\b"
    r"|\b(?:what|which)\b.*\b(?:drugs|agents|regimens|treatments|therapies|pathways|proteins"
    r"|genes|cells|cytokines|factors)\b"
    r"|\bmicroenvironment\b|\boverview|\bsummar|\bdescribe|\bstrateg|\bmechanisms\b|\btreatments\b|\boptions\b|\bhow (?:do|does|is|are)\b",
    re.I,
)
_NARROW = frozenset(["who", "when", "where", "number", "classes", "definition", "yesno"])


def analyse(text: str) -> Question:
    """Return the checked question. Raises QuestionError (empty, too long, third language)."""
    text = check_text(text)
    language = question_language(text)
    search = search_text(text)
    kind = question_kind(search)
    broad = kind not in _NARROW and bool(_BROAD.search(search))
    return Question(text, search, language, kind, broad)
