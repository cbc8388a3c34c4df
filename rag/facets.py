"""What a question asks for beside its subject: a dose, a survival time, an indication ...

A sentence that is on the subject but never speaks of the facet does not answer: the usual
near miss of a search engine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# name zh, name en, how a question asks for it, how a text speaks of it
_TABLE: tuple[tuple[str, str, str, str], ...] = (
    ("剂量", "dose", r"(?<![高低中大小])剂量(?!组)|用量|\bdos(?:e|es|age|ing)\b",
     r"剂量|\d\s*(?:mg|g|μg|ug|Gy|IU|U|万单位|毫克)\b|\bdos(?:e|es|age)\b|每次\d"),
    ("生存期", "survival time", r"生存(?:期|时间)|能活多久|\bsurviv(?:al time|al)\b(?! rate)|\b(?:m?OS|m?PFS)\b|\blives?\b(?! (?:in|on|for)\b)",
     r"生存期|生存时间|总生存|无进展生存|存活时间|\b(?:m?OS|m?PFS)\b|\bsurviv"),
    ("生存率", "survival rate", r"生存率|存活率|\bsurvival rate", r"生存率|存活率|\bsurvival rate|\d\s*[%％]"),
    ("发生率", "incidence", r"发生率|发病率|患病率|检出率|转移率|\bincidence\b|\bprevalence\b",
     r"发生率|发病率|患病率|检出率|转移率|\d\s*[%％]|\bincidence\b|\bprevalence\b"),
    ("缓解率", "response rate", r"缓解率|有效率|应答率|控制率|\b(?:response|control|remission) rates?\b|\bORR\b|\bDCR\b",
     r"缓解率|有效率|应答率|控制率|\d\s*[%％]|\b(?:response|control|remission) rates?\b|\bORR\b|\bDCR\b"),
    ("年龄", "age", r"年龄|几岁|多大岁数|多少岁|\bage\b|\bhow old\b", r"年龄|岁|年|\bage[ds]?\b|\byears? old\b"),
    ("适应证", "indication", r"适应[证症]|指征|\bindicat(?:ion|ions|ed)\b|\bcriteria\b",
     r"适应[证症]|指征|适用于|适合|可用于|用于|标准|推荐|\bindicat|\bsuitable\b|\bcriteria\b|\brecommend"),
    ("影像学表现", "imaging findings", r"影像学?(?:表现|特征|检查)|\bimaging\b", r"影像|CT|MRI|PET|超声|X线|\bimaging\b|\bscan"),
    ("病理分型", "pathological type", r"病理(?:分型|类型|分期|特征)|\bpatholog", r"病理|组织学|分型|\bpatholog|\bhistolog"),
    ("不良反应", "adverse effects", r"不良反应|副作用|毒性|毒副|\badverse\b|\bside effects?\b|\btoxicit",
     r"不良反应|副作用|毒性|损伤|不良事件|并发症|(?:可|会|能|易)(?:引起|导致|发生|出现|诱发|致)|(?:患者|者|病例)出现|警惕"
     r"|\badverse\b|\bside effect|\btoxic|\b(?:may|can) (?:cause|lead to|induce)"),
    ("费用", "cost", r"费用|价格|多少钱|\bcosts?\b|\bprice", r"费用|价格|元|成本|\bcosts?\b|\bprice"),
    ("次数", "frequency", r"(?:几|多少)次|频率|多久一次|\bhow often\b|\bfrequen", r"次|频率|每[天日周月年]|\btimes\b|\bdaily\b|\bweekly\b|\bfrequen"),
    ("治疗", "treatment", r"(?:如何|怎样|怎么|用什么|有哪些|什么)(?:治疗|疗法)|治疗(?:方法|方案|措施|原则|药物)|处理原则"
     r"|\bhow (?:is|are|to|do|does|should)\b.*\b(?:treat|manag)|\btreatments? (?:of|for)\b|\bused to treat\b",
     r"治疗|疗法|药|手术|切除|消融|放疗|化疗|抑制剂|单抗|替尼|首选|一线|方案|给予|控制|干预|饮食|\btreat|\btherap|\bdrug|\bsurg|inhibitor"
     r"|\bregimen|\bfirst-line|\bmanag|\bchemo|\bradio"),
    ("手术", "surgery", r"手术(?:治疗|方式|方法)|外科治疗|\bsurgical (?:treatment|option|therap)|\bsurger(?:y|ies)\b",
     r"手术|切除|术[后前式中]|术$|移植|置换|外科|电刺激|\bsurg|\bresect|ectomy\b|\btransplant|\breplacement"),
    ("诊断", "diagnosis", r"(?:如何|怎样|怎么)(?:进行)?诊断|诊断(?:标准|方法|依据|要点|手段|流程)"
     r"|\bhow (?:is|are|do|does|can)\b.*\bdiagnos|\bdiagnostic (?:criteria|methods?|tests?|approach)|\bdiagnosis of\b",
     r"诊断|确诊|鉴别|检查|活检|筛查|检测|标志物|影像|\bdiagnos|\bbiops|\bscreen|\bdetect|\bimaging|\bcriteria"),
    ("护理", "nursing care", r"护理|\bnursing\b", r"护理|照护|看护|\bnursing|\bcare\b"),
    ("危险因素", "risk factors", r"(?:危险|风险|易感|高危)因素|\brisk factors?\b",
     r"危险|风险|易感|高危|诱因|相关因素|影响因素|预测因素|\brisk|\bpredict|\bassociated with\b|\bpredispos"),
    ("临床表现", "clinical features", r"临床表现|(?:有|出现)(?:哪些|什么)(?:症状|表现)|症状(?:有|是|包括)|\bsymptoms?\b"
     r"|\bclinical (?:features|manifestations|presentation)",
     r"症状|表现|体征|征象|出现|[疼痛]|发热|乏力|咳|呕|肿胀|皮疹|出血|震颤|麻木|\bsymptom|\bpresent|\bmanifest|\bsigns?\b"
     r"|\bpain|\bfever|\bfatigue"),
    ("预防", "prevention", r"(?:如何|怎样|怎么)预防|预防(?:方法|措施|策略)|\bprevent(?:ed|ion)\b",
     r"预防|防治|疫苗|筛查|降低.{0,12}(?:风险|发生)|\bprevent|\bvaccin|\bprophyla|\breduc\w* .{0,40}\brisk"),
    ("预后", "prognosis", r"预后(?:如何|怎样|怎么样)|\bprognosis\b",
     r"预后|生存|存活|死亡|复发|转归|\bprognos|\bsurviv|\bmortality|\brecurren"),
    ("优劣比较", "which is better",
     r"哪[个种一](?:药物?|方案|疗法)?(?:更|较|最)|优于|劣于|孰优|更(?:有效|安全|好)"
     r"|\b(?:superior|inferior) to\b|\b(?:better|worse|safer|more effective) than\b"
     r"|\bwhich\b.*\b(?:better|safer|superior|more effective)\b",
     r"优于|劣于|不及|不劣|不亚|高于|低于|长于|短于|更|较|相比|比较|相当|相似|差异|最|首选|\bsuperior|\binferior|\bbetter"
     r"|\bworse|\bsafer|\bthan\b|\bcompar|\bversus\b|\bvs\b|\bsimilar|\bmost\b|\bprefer"),
    ("一线", "first line", r"(?<!哪)一线(?!路)|\bfirst[- ]line\b",
     r"一线|初治|首选|标准治疗|推荐|\bfirst[- ]line\b|\bpreferred\b|\bstandard\b"),
    ("二线", "second line", r"二线|\bsecond[- ]line\b",
     r"二线|后线|经治|失败|进展后|耐药|\bsecond[- ]line\b|\bprogress|\bfail|\bpreviously treated"),
    ("三线", "third line", r"三线|\bthird[- ]line\b",
     r"三线|后线|多线|\bthird[- ]line\b|\blater[- ]line"),
    ("疗程", "duration", r"疗程|多长时间|持续多久|\bhow long\b|\bduration\b",
     r"疗程|周期|个月|周|天|年|小时|时间|世纪|\bcycle|\bmonths?\b|\bweeks?\b|\bdays?\b|\byears?\b|\bhours?\b"),
)  # fmt: skip

# Asked for likewise, but told in so many ways that an answer need not show the sign.
_OFTEN: tuple[tuple[str, str, str, str], ...] = (
    ("用途", "use", r"用于(?:什么|哪些|何)|(?:什么|哪些)(?:用途|用处)|主治|\bused (?:for|as)\b(?! a control)|\buses? of\b|\b(?:what|which)\b.* used to treat\b",
     r"用于|用作|用以|主治|适用|应用|治疗|\buse[ds]?\b|\bindicat|\btreat|\bappl"),
    ("药理作用", "pharmacological effects", r"药理(?:作用|活性|学)|生物活性|\bpharmacological (?:effect|activit|action|propert)|\b(?:bio|biological )activit",
     r"药理|活性|作用|效应|抗[炎氧菌癌肿病凝]|镇痛|\bpharmacolog|activit|\beffects?\b|\banti-?\w{4,}"),
)  # fmt: skip

# A rate in one country is none in another.
_RATE = r"率|比例|\b(?:prevalence|incidence|mortality|rates?|proportion)\b"
_PLACES: tuple[tuple[str, str, str], ...] = (
    ("中国", "China", r"中国|我国|国内|国人|\bChina\b|\bChinese\b"),
    ("日本", "Japan", r"日本|\bJapan"),
    ("韩国", "Korea", r"韩国|\bKorea"),
    ("印度", "India", r"印度|\bIndian?\b"),
    ("美国", "the United States", r"美国|北美|\bUnited States\b|\bUSA?\b|\bU\.S\.|\bAmerican?\b"),
    ("英国", "the United Kingdom", r"英国|\bUnited Kingdom\b|\bUK\b|\bBrit"),
    ("德国", "Germany", r"德国|\bGerman"),
    ("法国", "France", r"法国|\bFrance\b|\bFrench\b"),
    ("意大利", "Italy", r"意大利|\bItal(?:y|ian)"),
    ("加拿大", "Canada", r"加拿大|\bCanad"),
    ("澳大利亚", "Australia", r"澳大利亚|澳洲|\bAustralia"),
    ("俄罗斯", "Russia", r"俄罗斯|\bRussia"),
    ("巴西", "Brazil", r"巴西|\bBrazil"),
    ("欧洲", "Europe", r"欧洲|欧盟|\bEurope"),
    ("非洲", "Africa", r"非洲|\bAfrica"),
)


# Of whom a question asks; a paper on them need not say so in every sentence.
_GROUPS: tuple[tuple[str, str, str, str], ...] = (
    ("儿童", "children", r"儿童|小儿|患儿|青少年|婴幼儿|新生儿|\b(?:child|paediatric|pediatric|adolescent|infant|neonat)",
     r"儿|青少年|\b(?:child|paediatric|pediatric|adolescent|infant|neonat)"),
    ("妊娠", "pregnancy", r"妊娠|孕妇|孕期|哺乳|\bpregnan|\blactat|\bbreast-?feeding",
     r"妊娠|孕|哺乳|\bpregnan|\blactat|\bbreast-?feeding"),
    ("雌性", "female animals", r"雌性|雌鼠|\bfemale (?:mice|rats)", r"雌|\bfemale"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet the question asks for, named in its language.

    ``around`` tells that a sentence speaks of it too where its passage, headings or title do.
    """

    name: str
    asks: re.Pattern[str]
    evidence: re.Pattern[str]
    around: bool = False


_Row = tuple[str, str, re.Pattern[str], re.Pattern[str], bool]


def _compiled(rows: Iterable[tuple[str, str, str, str]], around: bool = False) -> tuple[_Row, ...]:
    return tuple(
        (zh, en, re.compile(asks, re.I), re.compile(says, re.I), around)
        for zh, en, asks, says in rows
    )


_DEMANDED = (
    *_compiled(_TABLE),
    *_compiled((zh, en, rf"^(?=.*(?:{_RATE})).*(?:{place})", place) for zh, en, place in _PLACES),
    *_compiled(_GROUPS, around=True),
)
_WELCOME = _compiled(_OFTEN)


def facets_of(question: str, language: str) -> tuple[Facet, ...]:
    """Return the facets that ``question`` (search text) asks for."""
    return _asked(_DEMANDED, question, language)


def welcome_of(question: str, language: str) -> tuple[Facet, ...]:
    """Return those asked for that an answer shows at best: nothing follows where it does not."""
    return _asked(_WELCOME, question, language)


def _asked(rows: Sequence[_Row], question: str, language: str) -> tuple[Facet, ...]:
    return tuple(
        Facet(zh if language == "zh" else en, asks, says, around)
        for zh, en, asks, says, around in rows
        if asks.search(question)
    )


def facets_missing(facets: Sequence[Facet], text: str, around: str = "") -> tuple[str, ...]:
    """Return the names of the facets that a sentence does not speak of.

    ``around`` are its passage, headings and title.
    """
    return tuple(
        f.name
        for f in facets
        if not f.evidence.search(text) and not (f.around and f.evidence.search(around))
    )
