"""What narrows a statement: words for some, for animals, for a grade or a group of patients.

Each class has words in both languages, and further words with which a claim may render it."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Words that narrow a statement, and those with which a claim may render them."""

    words: re.Pattern[str]
    rendered: re.Pattern[str]


def _class(words: str, also: str = "") -> Narrowing:
    pattern = f"{words}|{also}" if also else words
    return Narrowing(re.compile(words, re.I), re.compile(pattern, re.I))


PEOPLE = re.compile(
    r"患者|病人|病例|人群|受试者|患儿|女性|男性|妇女|儿童|成人|老年人|"
    r"\b(?:patients?|people|persons?|individuals?|subjects|participants|women|men|children|"
    r"adults|cases|humans?)\b",
    re.I,
)

DISEASE = re.compile(
    r"[癌瘤病炎症]|nsclc|sclc|\b\w*(?:cancer|carcinoma|tumou?r|lymphoma|disease|syndrome|itis)s?\b",
    re.I,
)

ALL = re.compile(
    r"所有|全部|任何|一切|每(?:例|位|个|名)|无一例外|一律|总是|100\s*%|"
    r"\b(?:all(?! of a| the time| but|-cause)|every(?!day)|always|any(?! more)|each|invariably|"
    r"universally)\b",
    re.I,
)

ALSO_ALL = re.compile(
    ALL.pattern
    + r"|均|都|各(?!种)|皆|每|普遍|全(?!身|球|国|程|血|麻|基因|面|长|外)|\bboth\b|\bwhole\b|"
    r"\bno\b|\bnot any\b",
    re.I,
)

SOME = _class(
    r"部分(?=[^，。；]{0,10}(?:患者|病人|病例|人|研究|学者|肿瘤|细胞|地区))|少数|少部分|"
    r"一些(?=患者|研究|病人)|个别|某些|(?<!绝)(?<!大)多数(?!据)|大多数?(?!剂)|"
    r"大部分|\b(?:some|a few|few|most|many|the majority of|a (?:small )?number of|certain|"
    r"a minority of|several|a subset of|a proportion of)\b",
    r"部分|可|能|会有|有的|多见|常|偶|少见|罕见|较少|[\d.]+\s*%|约|多(?=[由为以用选呈在表见])|"
    r"\bmay\b|\bcan\b|\bmostly\b|\boften\b|\busually\b|\bcommonly\b|"
    r"\bmainly\b|\brare(?:ly)?\b|\bsometimes\b|\boccasional\w*|\bgenerally\b|\bfrequent\w*|"
    r"\bpart of\b|\bpartly\b|\bpossible\b|\bnot all\b",
)

ANIMALS = _class(
    r"小鼠|大鼠|裸鼠|家兔|新西兰兔|实验兔|比格犬|小型猪|斑马鱼|果蝇|动物(?:模型|实验|体内|研究)|"
    r"(?:鼠|兔|犬)模型|"
    r"\b(?:mice|mouse|murine|rats?|rabbits?|zebrafish|animals?|dogs?|piglets?)\b",
    r"鼠|动物|\bin vivo\b|\bpreclinical\b|临床前",
)

VITRO = _class(
    r"体外(?!循环|冲击|受精|膜肺)|离体|细胞系|细胞株|细胞实验|\bin vitro\b|\bcell lines?\b|"
    r"\bex vivo\b|\bcultured\b",
    r"培养|细胞|\bcells?\b|\bcultures?\b",
)

GRADE = _class(
    r"(?:[3-5三四五ⅢⅣ](?:\s*[-~～～至或]\s*[45五四Ⅳ])?\s*(?:级|度)(?:及|或)?(?:以上)?|"
    r"≥\s*[3ⅢⅡ2]\s*级|重度|严重)(?:的)?(?=[^，。；]{0,8}(?:不良|毒性|反应|事件|"
    r"副作用|出血|感染))|\b(?:grade (?:≥ ?)?[3-5](?:[-–]\d)?(?: or (?:higher|above|more|"
    r"worse))?|serious|severe)\b(?=[^,.;]{0,24}(?:adverse|toxicit|event|reaction|bleeding))|"
    r"(?<=adverse events of )grade|(?<=toxicity of )grade|\badverse events of grade",
    r"级|严重|重度|重症|\bgrade\b|\bsevere\b|\bserious\b",
)

# What is said only of some patients. Each class is looked for beside a word for people or a
# disease.
GROUPS = tuple(
    _class(*words)
    for words in (
        (
            r"(?:局部)?(?:晚期|中晚期|进展期|终末期)|\b(?:(?:locally )?advanced|late-stage|"
            r"end-stage)\b",
            r"[ⅢⅣ]期|转移|\b(?:stage (?:III|IV)|late)\b|\bmetasta\w+",
        ),
        (r"(?<!从)早期(?=[\u4e00-\u9fff]{0,8}(?:癌|瘤|患者|病))|\bearly-stage\b", r"早|\bearly\b"),
        (
            r"转移性(?=[\u4e00-\u9fff]{1,8}(?:癌|瘤|患者))|\bmetastatic (?=\w+ (?:cancer|carcinoma|"
            r"tumou?r))",
            r"转移|\bmetasta\w+",
        ),
        (
            r"复发(?:性|或难治性?)?(?=[^，。；]{0,10}(?:患者|癌|瘤))|难治性?|\b(?:relapsed|"
            r"recurrent|refractory)\b(?= (?:or \w+ )?(?:\w+ )?(?:patients|disease|cancer|carcinoma|"
            r"tumou?r|lymphoma|leuk|myeloma))",
            r"复发|难治|\brelaps\w+|\brecur\w+",
        ),
        (
            r"(?:不可|无法)(?:手术)?切除|\bunresectable\b|\binoperable\b",
            r"不能手术|\bcannot be resected"
            r"\b",
        ),
        (
            r"初治|初诊|\b(?:untreated|treatment-na[iï]ve|newly diagnosed)\b",
            r"一线|未经治疗|"
            r"\bfirst-line\b|"
            r"\bpreviously untreate"
            r"d\b",
        ),
        (
            r"(?:老年|高龄)(?=[^，。；]{0,8}(?:患者|人|女性|男性|者))|\b(?:elderly|"
            r"older (?:patients|adults|people))\b",
            r"老年|高龄|老人|岁|\bold(?:er)?\b|\baged?\b",
        ),
        (r"儿童|患儿|婴幼儿|\b(?:children|paediatric|pediatric|infants)\b", r"儿|小儿|\bchild\w*"),
        (r"绝经后?|\bpost-?menopausal\b", r"\bmenopause\b|停经"),
        (
            r"(?:妊娠期?|孕期)(?=[^，。；]{0,6}(?:妇女|女性|患者))|孕妇|\bpregnant\b",
            r"孕|妊娠|\bpregnan\w+|\bgestation\w*|\bmaternal\b",
        ),
        (
            r"女性(?=[^，。；]{0,4}(?:患者|中))|\b(?:women|female patients)\b",
            r"女|妇|\bwom[ae]n\b|"
            r"\bfemale\w*",
        ),
        (
            r"男性(?=[^，。；]{0,4}(?:患者|中))|\b(?:men|male patients)\b",
            r"男|\bm[ae]n\b|\bmales?\b",
        ),
        (
            r"轻(?:症|度)(?=[^，。；]{0,4}(?:患者|病例|者))|\bmild(?= (?:cases|disease|patients|"
            r"COVID))",
            r""
            r"轻|"
            r""
            r"\b"
            r"m"
            r"i"
            r"l"
            r"d"
            r"\w"
            r"*",
        ),
        (
            r"(?:重症|危重症?|重度)(?=[^，。；]{0,6}(?:患者|病例|者))|\b(?:severe(?:ly)?|"
            r"critical(?:ly)?)\b(?=[^,.;]{0,12}(?:patients|cases|ill))",
            r"重|危|\bsevere\w*|\bcritical\w*",
        ),
        (
            r"(?<=[\u4e00-\u9fffA-Za-z0-9+])\s*阳性的?(?=[^，。；]{0,8}(?:患者|者|病例|癌))|"
            r"\b[\w-]*-?positive(?= (?:patients|ones|cases|breast|tumou?rs))",
            r"阳性|\bpositiv\w+|\+|\bwith\b",
        ),
        (
            r"(?<=[\u4e00-\u9fffA-Za-z0-9+])\s*阴性的?(?=[^，。；]{0,8}(?:患者|者|病例|癌))|"
            r"\b[\w-]*-?negative(?= (?:patients|ones|cases|breast|tumou?rs))",
            r"阴性|无|没有|\bnegativ\w+|\bwithout\b|\bno\b",
        ),
        (
            r"(?:敏感)?突变的?(?=[^，。；]{0,10}(?:患者|者))|\b(?:with (?:\w+ )?mutations?|mutant|"
            r"mutated)\b",
            r""
            r"突"
            r"变|"
            r""
            r"\b"
            r"m"
            r"u"
            r"t"
            r"a"
            r"t"
            r"\w"
            r"+|"
            r""
            r"\b"
            r"m"
            r"u"
            r"t"
            r"a"
            r"n"
            r"t"
            r"\b",
        ),
        (
            r"合并|\bcomplicated by\b|\bcomorbid\b",
            r"伴|有|并存|\bwith\b|\bwho (?:also )?have\b|"
            r"\band\b|\bin\b",
        ),
        (
            r"住院(?=患者|病人)|\b(?:hospitali[sz]ed|inpatients?)\b",
            r"住院|入院|\bhospital\w*|"
            r"\binpatient\w*",
        ),
        (
            r"(?<!非)鳞状(?=[^，。；]{0,6}NSCLC)|(?<!非)鳞癌|(?<!non-)\bsquamous\b",
            r"鳞|\bsquamous\b",
        ),
        (r"非鳞状|\bnon-squamous\b", r"非鳞|腺癌|\bnon-?squamous\b|\badenocarcinoma\b"),
        (r"广泛期|\bextensive-stage\b", r"广泛|\bextensive\b"),
        (r"局限期|\blimited-stage\b", r"局限|\blimited\b"),
    )
)
