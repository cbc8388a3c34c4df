"""Questions that only one form of answer can answer: a percentage, a length of time, a person.

However near its sentences are, a paper that has no such thing in them does not answer. Kinds
are taken in where this is all but certain; what the question itself states is no answer to it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.terms import Translator

_COUNT = (
    r"(?:\d[\d,.]*|[零一二三四五六七八九十百千万亿两半数几]+"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|several|a few)\b)"
    r"\s*[多余来]?个?\s*(?:[万亿千百]|hundred|thousand|million|billion)?\s*"
)
# name zh, name en, how a question asks for it, the form of an answer
_TABLE: tuple[tuple[str, str, str, str], ...] = (
    ("百分比", "percentage",
     r"百分之[几多]|百分比|占比|(?<![效频速功汇税几概])率(?:是|为|约|有|达)?(?:多少|几)"
     r"|\bwhat percent|\bhow (?:much|many) percent",
     r"\d\s*[%％‰]|百分之|[一二三四五六七八九十\d]+成|分之|半数?|过半|\bper ?cent|\bhalf\b|"
     r"\b0?\.\d|\d+/\d+"
     r"|全部|所有|大多|多数|少数|无一|\ball\b|\bmost\b|\bmajority\b|\bnone\b|\d+\s*例"),
    ("年份", "year", r"哪一?年(?!级)|何年|年份|\b(?:what|which) year\b",
     r"(?<!\d)\d{1,4}\s*年|[〇零一二三四五六七八九十元]+年|世纪|年代|(?<!\d)(?:1\d|20)\d\d(?!\d)"
     r"|[去今同次翌当]年|公元|\bcentury\b"),
    ("时间长短", "length of time",
     r"多久(?!以前)|多长时间|(?:多少|几)(?:年|天|周|小时|个月|分钟)(?![前级])"
     r"|\bhow long (?:do|does|did|can|should|must|will|has|have|had|after)\b"
     r"|\bhow many (?:years|days|months|weeks|hours|minutes)\b",
     _COUNT + r"(?:[-–~～至到]\s*\d+\s*)?(?:年|月|周|星期|天|日|小时|分钟|秒|世纪|季|[hd]\b|"
              r"min\b|hours?|days?|weeks?"
     r"|months?|years?|minutes?|seconds?|decades?|centur)|[一终]生|终身|永久|[长短]期|至今|"
     r"\blife|\bforever\b|每[天日周月年]"),
    ("年龄", "age", r"几岁|多少岁|多大(?:年龄|岁数)|年龄(?:是|为)?多|\bhow old\b|\bwhat age\b",
     r"岁|\d|[一二三四五六七八九十百]|\byears? old\b|\baged?\b"),
    ("剂量", "dose", r"剂量(?:是|为|应)?多|多少(?:毫克|克|微克|毫升|片)|\bhow many (?:mg|"
                   r"milligrams?)\b",
     r"\d\s*(?:m?g|μg|ug|mcg|kg|m?l|iu|u|万u|片|粒|gy|mmol|%|支|滴|微?毫?克|毫升|万?单位)|"
     r"[一二三四半]\s*[片粒支滴]"),
    ("长度", "length or size", r"多[高长远宽深厚](?!时间|度|期)|(?:长度|高度|宽度|深度|面积|海拔|"
                             r"距离)(?:是|为|有|约)?多"
     r"|多少(?:米|公里|千米|厘米|英里|英尺|平方)|\bhow (?:tall|high|far|wide|deep|thick)\b"
     r"|\bhow many (?:miles|feet|met(?:er|re)s|kilomet)",
     _COUNT + r"(?:平方|立方)?\s*(?:[公千厘毫微纳分]?米|公[里分顷尺]|英[里尺寸亩]|海里|"
              r"[里丈尺寸亩层]|光年|[kcmμn]?m\b"
     r"|feet|foot|ft\b|miles?|met(?:er|re)s?|inch|km|[一二两三四五六七八九十\d.]+倍)"),
    ("金额", "amount of money", r"多少(?:钱|元|美元|英镑|欧元|资金)|\bhow much (?:money\b|"
                              r"did .* cost|does .* cost)",
     _COUNT + r"(?:元|美元|英镑|欧元|日元|人民币|卢比|法郎|马克|[两块镑贯文]|dollars?|pounds?|"
              r"euros?)|[$£€￥¥]\s*\d|免费|\bfree\b"),
)  # fmt: skip
_FORMS = tuple(
    (zh, en, re.compile(asks, re.I), re.compile(says, re.I)) for zh, en, asks, says in _TABLE
)

_WHO = re.compile(r"谁(?!也|都)|哪[一几]?位|何人|哪个人|什么人|\bwho(?:m|se)?\b", re.I)
# Who somebody may be called: a foreign name, a title, a trade, a pronoun, a body that acts.
_SOMEBODY = re.compile(
    r"·|[他她]|[帝王后妃侯君](?![病道])|公(?=[，。、的元])|总统|总理|首相|主[席任]|[校院会署]长|"
    r"教授|医[生师]|博士|先生|女士|[作学]者"
    r"|[^国大专独]家(?=[，。、们分进在对将来提从和与的（(]|$)|将军|导演|演员|歌手|选手|球员|"
    r"人(?:[们士物员]|$|[，。、的])|们"
    r"|团队|研究[组所]|公司|政府|议会|机构|组织|委员会|协会|大学|医院|[父母兄弟姐妹妻夫]|儿子|"
    r"女儿|消费者|患者|奴隶|员工"
    r"|[A-Z][a-z]{2,}|\b(?:he|she|his|her|they)\b"
)
_SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田"
    "任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文司欧诸慕拓完爱岳左温冼庄柳樊霍耿"
    "关焦巴柯祝凌尚闵舒鲍屠希鲁葛"
)


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """A form that an answer must have, named in the question's language."""

    name: str
    pattern: re.Pattern[str] | None

    def stands_in(self, text: str, question: str, translator: Translator | None) -> bool:
        """Tell whether a sentence (search text) has it, and not merely from the question."""
        if self.pattern is None:
            return _names_somebody(text, question, translator)
        return any(m.group() not in question for m in self.pattern.finditer(text))


def answer_form(question: str, language: str) -> AnswerForm | None:
    """Return the form that alone can answer ``question`` (search text), None where several can."""
    for zh, en, asks, says in _FORMS:
        if asks.search(question):
            return AnswerForm(zh if language == "zh" else en, says)
    if _WHO.search(question):
        return AnswerForm("人物" if language == "zh" else "person", None)
    return None


def form_unsaid(
    question: str, language: str, texts: Sequence[str], translator: Translator | None
) -> str:
    """Return the form of answer that is asked for and stands in none of ``texts``, else ""."""
    form = answer_form(question, language)
    if form is None or any(form.stands_in(text, question, translator) for text in texts):
        return ""
    return form.name


def _names_somebody(text: str, question: str, translator: Translator | None) -> bool:
    if any(m.group() == "·" or m.group() not in question for m in _SOMEBODY.finditer(text)):
        return True
    if translator is None:
        return True
    words, at = translator.words(text), 0
    while at < len(text):
        end = max(words.ends[at], at + 1)
        if text[at] in _SURNAMES and end - at < 4 and text[at:end] not in question:
            return True
        at = end
    return False
