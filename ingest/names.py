"""Lines of a title page in; names of people, or none; what is an affiliation or a masthead."""

from __future__ import annotations

import re

from ingest.clean import count_han, search_text

# The 200 most common family names cover 96 % of people in China (2020 census report), the
# compound ones are those in use.
_FAMILY = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
    "温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴"
    "霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑"
    "景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝"
    "官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖"
    "漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹"
    "诺战慕危玉银亢嵇公哈湛宾戎勾茅利于呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由"
    "張劉陳楊黃趙吳孫馬鄭許韓馮鄧蕭葉蘇呂盧鍾譚陸範韋鄒龍陶賀顧龔萬錢嚴湯龐顏聶魯歐關蘭齊喬"
)
_COMPOUND = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "司徒",
    "夏侯",
    "歐陽",
)
_LEAD = re.compile(
    r"^[\s◎○●□■◇◆⊙•·*]*(?:作\s*者|著\s*者|撰\s*文|文\s*/|文)\s*[:：/]?\s*|^[\s◎○●□■◇◆⊙•·]+"
)
_TAIL = re.compile(r"\s*(?:著|撰|等|译|综述|审校|综述者|审校者)\s*$")
# Affiliation marks and signs of footnotes behind names.
_MARKS = re.compile(
    r"[\d０-９⁰¹²³⁴-⁹①-⑳*＊△▲※☆★#＃†‡§¶✉()（）\[\]［］〔〕,，、]*[\d⁰¹²³⁴-⁹①-⑳*＊△▲※☆★#＃†‡§¶✉]"
    r"[\d０-９⁰¹²³⁴-⁹①-⑳*＊△▲※☆★#＃†‡§¶✉)）\]］〕]*"
)
_ORGANISATION = re.compile(
    r"大\s*学|学\s*院|医\s*院|研究[所院室]|中\s*心|实验室|公司|研究生|教研室|卫生|省|市|区|系|科|部|局|委员会|站|厂"
    r"|\d{6}|[Uu]niversity|[Hh]ospital|[Cc]ollege|[Ii]nstitut|[Dd]epartment|[Ss]chool|[Ll]aborator|[Cc]ent(?:er|re)\b"
    r"|Academy|Faculty|China\b|E-?mail|@|Affiliation|Address|Zip"
)
_MASTHEAD = re.compile(
    r"第\s*[\dxX一二三四五六七八九十]+\s*[卷期]|总\s*第|Vol\.?\s*[\dxX]|VOL|No\.\s*[\dxX]|ISSN|CN\s*\d{2}-\d{4}|https?://|www\."
    r"|\d{4}\s*年\s*[\dxX]{1,2}\s*月|JOURNAL\s+OF|Journal\s+of|^\s*[A-Z][a-z]{2}\.?,?\s*\d{4}\s*$"
    r"|^\s*[·•・*＊]\s*\S{2,12}\s*[·•・*＊]\s*$|^\s*(?:[\u3400-\u9fff]\s*){2,20}(?:学\s*报|杂\s*志|學\s*報|雜\s*誌)\s*$"
    r"|(?:学位|毕业|博士后?|硕士)\s*(?:论文|设计|研究报告)|网络首发|责\s*编|^\s*DOI|doi\s*[:：]|10\.\d{4,9}/"
)
_NAME = re.compile(r"^[\u3400-\u9fff]{2,4}$")
_FOREIGN = re.compile(r"^[\u3400-\u9fff]{2,8}[·•・.][\u3400-\u9fff·•・.]{1,12}$")
_ENGLISH_NAME = re.compile(
    r"^(?:[A-Z][a-zA-Zü'’]*(?:[-‐–][A-Za-zü]+)*\.?|[A-Z]\.)(?:\s+(?:[A-Z][a-zA-Zü'’]*(?:[-‐–][A-Za-zü]+)*\.?|[A-Z]\.)){1,3}$"
)


_GROUP = re.compile(
    r"[\u3400-\u9fff（）()《》、]{2,40}(?:学会|分会|协会|联盟|委员会|学组|专家组|协作组|编写组|编写委员会|工作组|研究组|课题组|指导组|起草组|小组|中心)"
)


def groups_of(text: str) -> tuple[str, ...]:
    """Return the societies and groups that a line consists of, as a guideline names them."""
    plain = _MARKS.sub(" ", search_text(text)).strip()
    found = [part for part in re.split(r"[\s,，;；]+", plain) if part]
    return tuple(found) if found and all(_GROUP.fullmatch(part) for part in found) else ()


def is_affiliation(text: str) -> bool:
    """Tell whether a line names an organisation or an address."""
    return _ORGANISATION.search(text) is not None


def is_masthead(text: str) -> bool:
    """Tell whether a line is the masthead of a journal, or a rubric over a title."""
    return _MASTHEAD.search(text) is not None


def names_of(text: str) -> tuple[str, ...]:
    """Return the Chinese names that a line consists of, without affiliation marks; () if none.

    Names that only white space parts must have tabs between them (``spaced_text``).
    """
    plain = search_text(text).strip()
    lead = _LEAD.match(plain)
    announced = bool(lead and re.search(r"作|著|文", lead.group()))
    plain = _TAIL.sub("", plain[lead.end() :] if lead else plain)
    plain = _MARKS.sub(" , ", plain)
    commas = re.search(r"[,，;；、]", plain)
    if commas and not re.fullmatch(r"[\s,]*", plain):
        found = [re.sub(r"\s+", "", part) for part in re.split(r"[,，;；、]", plain)]
        if any(len(part) > 4 and not _FOREIGN.match(part) for part in found):
            found = _spaced_names(re.sub(r"[,，;；、]", " ", plain))
    else:
        found = _spaced_names(plain)
    found = [part for part in found if part]
    if not found or not all(_NAME.match(part) or _FOREIGN.match(part) for part in found):
        return ()
    known = sum(part[0] in _FAMILY or part.startswith(_COMPOUND) for part in found)
    if known < 0.7 * len(found) and not announced:
        return ()
    if is_affiliation(" ".join(found)) and len(found) < 2 and not announced:
        return ()
    return tuple(found)


def _spaced_names(text: str) -> list[str]:
    """Return names parted by white space; a name of two characters may be spaced itself."""
    parts = text.split()
    names: list[str] = []
    for part in parts:
        if len(part) == 1 and names and len(names[-1]) == 1:
            names[-1] += part
        else:
            names.append(part)
    return names


def english_names(text: str) -> tuple[str, ...]:
    """Return the names in Latin script that a line consists of, without marks; () if none."""
    plain = search_text(text).strip()
    if count_han(plain) or is_affiliation(plain):
        return ()
    plain = _MARKS.sub(" , ", plain)
    parts = [
        re.sub(r"\s+", " ", part).strip(" .") for part in re.split(r"[,，;；、]|\band\b|&", plain)
    ]
    found = [part for part in parts if part and part.lower() != "et al"]
    if not found or not all(_ENGLISH_NAME.match(part) and len(part) < 40 for part in found):
        return ()
    short = all(len(part.split()) <= 3 for part in found)
    return tuple(found) if short and (len(found) > 1 or len(found[0].split()) <= 3) else ()
