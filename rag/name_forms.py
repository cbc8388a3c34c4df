"""Names by their form, where no table has them: drugs by their stem, diseases by their end."""

from __future__ import annotations

DRUG_ZH = (
    r"[\u4e00-\u9fff]{1,5}?(?:替尼|单抗|西布|列净|他汀|沙坦|普利|格列汀|格列酮|"
    r"鲁肽|西林|霉素|他滨|曲塞|紫杉醇|"
    r"紫杉烷|拉西布|非尼|铂|泊苷|利酮|洛尔|地平|拉唑|沙星|韦(?:林)?|环素|"
    r"阿霉素|比星|司琼|膦酸|依托泊苷|双胍|胰岛素)"
)
DRUG_EN = (
    r"\b[a-z]+(?:mab|nib|ciclib|parib|platin|taxel|rubicin|gliflozin|gliptin|"
    r"glutide|statin|sartan|prazole|"
    r"cycline|cillin|mycin|tinib|limus|rasib|trexed|tabine|poside|afenib|formin|"
    r"olol|dipine|renone)\b"
)
DISEASE_ZH = (
    r"(?:[胃肠结直肝胆胰肾肺脑骨乳食甲前卵宫膀皮鼻咽喉口][\u4e00-\u9fff]{0,3})(?:癌|肉瘤)|"
    r"[\u4e00-\u9fff]{2,4}(?:淋巴瘤|白血病|黑色素瘤|综合征)|(?:脑膜?|骨|肺|肝|"
    r"肾上腺|淋巴结|腹膜|皮肤)转移"
)
