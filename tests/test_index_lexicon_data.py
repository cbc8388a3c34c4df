"""The lexicon's data: its form, one concept a name, and pairs every reader of papers knows."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from importlib.resources import files

import pytest

COLUMNS = ("type", "zh", "en", "zh_synonyms", "en_synonyms", "abbreviations", "class")
TYPES = {
    "disease",
    "anatomy",
    "cell",
    "gene/protein",
    "pathway",
    "process",
    "drug",
    "regimen",
    "procedure",
    "outcome",
    "statistic",
}
HAN = re.compile(r"[\u4e00-\u9fff]")
# A gene's own symbol, a regimen's letters: what Chinese papers print as it is.
SYMBOL = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9α-ωΔⅠ-Ⅹ /+.~-]+")
PLAIN = re.compile(r"[\x20-\x7eΑ-Ωα-ω]+")
# A synonym may have the accents of proper names (Sjögren, Ménière).
ENGLISH = re.compile(r"[\x20-\x7eΑ-Ωα-ωà-öø-ÿ]+")


@dataclass(frozen=True, slots=True)
class Row:
    """A concept and the place it stands at, for messages."""

    place: str
    cells: tuple[str, ...]

    @property
    def kind(self) -> str:
        return self.cells[0]

    @property
    def zh(self) -> tuple[str, ...]:
        return (self.cells[1], *listed(self.cells[3]))

    @property
    def en(self) -> tuple[str, ...]:
        return (self.cells[2], *listed(self.cells[4]))

    @property
    def short(self) -> tuple[str, ...]:
        return listed(self.cells[5])

    @property
    def names(self) -> set[str]:
        return {key(name) for name in (*self.zh, *self.en, *self.short)}


def key(name: str) -> str:
    """Return the name in small letters, but eGFR, which is no EGFR, as it is."""
    return name if re.fullmatch(r"[a-z][A-Z]{2,}", name) else name.casefold()


def listed(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()


def read_rows() -> tuple[Row, ...]:
    rows = []
    folder = files("index") / "data" / "lexicon"
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        if not file.name.endswith(".tsv"):
            continue
        lines = file.read_text("utf-8").split("\n")
        assert tuple(lines[0].split("\t")) == COLUMNS, file.name
        assert lines[-1] == "", f"{file.name} does not end with a line feed"
        for number, line in enumerate(lines[1:-1], 2):
            rows.append(Row(f"{file.name}:{number}", tuple(line.split("\t"))))
    return tuple(rows)


ROWS = read_rows()
BY_NAME = {name: row for row in ROWS for name in row.names}


def test_every_row_has_seven_cells_a_known_type_and_both_names() -> None:
    assert [row.place for row in ROWS if len(row.cells) != len(COLUMNS)] == []
    assert [row.place for row in ROWS if row.kind not in TYPES] == []
    assert [row.place for row in ROWS if not row.cells[1] or not row.cells[2]] == []


def test_lists_hold_no_blanks_and_no_name_twice() -> None:
    for row in ROWS:
        for names in (row.zh, row.en + row.short):
            assert all(name and name == name.strip() for name in names), row.place
            assert len({name.casefold() for name in names}) == len(names), row.place


def test_no_name_leads_to_two_concepts() -> None:
    count = Counter(name for row in ROWS for name in row.names)
    twice = {name for name, times in count.items() if times > 1}
    assert [(row.place, sorted(row.names & twice)) for row in ROWS if row.names & twice] == []


def test_chinese_names_are_han_or_a_symbol_and_simplified() -> None:
    from opencc import OpenCC

    simplified = OpenCC("t2s")
    for row in ROWS:
        assert HAN.search(row.cells[1]) or SYMBOL.fullmatch(row.cells[1]), row.place
        for name in row.zh:
            assert simplified.convert(name) == name, (row.place, name)


def test_english_names_are_ascii_or_greek() -> None:
    for row in ROWS:
        assert PLAIN.fullmatch(row.cells[2]), row.place
        assert [name for name in row.en if not ENGLISH.fullmatch(name)] == [], row.place
        assert not any(HAN.search(name) for name in row.short), row.place


def test_a_drug_class_is_named_in_both_languages() -> None:
    for row in ROWS:
        if row.kind == "drug" and row.cells[6]:
            assert re.fullmatch(r".*[\u4e00-\u9fff].*/[\x20-\x7e]+", row.cells[6]), row.place


def test_there_are_enough_concepts_of_every_type() -> None:
    count = Counter(row.kind for row in ROWS)
    assert len(ROWS) >= FLOOR
    for kind, least in LEAST.items():
        assert count[kind] >= least, (kind, count[kind])


# What stands here today, rounded down: rows may be mended and moved, not lost by the hundred.
FLOOR = 8000
LEAST = {
    "disease": 520,
    "anatomy": 25,
    "cell": 190,
    "gene/protein": 1200,
    "pathway": 80,
    "process": 200,
    "drug": 450,
    "regimen": 70,
    "procedure": 400,
    "outcome": 90,
    "statistic": 100,
}


@pytest.mark.parametrize(
    "ambiguous", "AS MS PD PR CR SD ER AR HR OR RR PC GC ALL MET KIT CK CI RAGE FAP APC DC".split()
)
def test_an_abbreviation_of_several_meanings_is_left_out(ambiguous: str) -> None:
    assert ambiguous.casefold() not in BY_NAME


PAIRS = """
非小细胞肺癌=non-small cell lung cancer=NSCLC
小细胞肺癌=small cell lung cancer=SCLC
肝细胞癌=hepatocellular carcinoma=HCC
三阴性乳腺癌=triple-negative breast cancer=TNBC
胃肠道间质瘤=gastrointestinal stromal tumor=GIST
弥漫大B细胞淋巴瘤=diffuse large B-cell lymphoma=DLBCL
急性髓系白血病=acute myeloid leukemia=AML
多发性骨髓瘤=multiple myeloma
食管鳞癌=esophageal squamous cell carcinoma=ESCC
胰腺导管腺癌=pancreatic ductal adenocarcinoma=PDAC
肝转移=liver metastasis=liver metastases
脑膜转移=leptomeningeal metastasis=癌性脑膜炎
免疫相关不良反应=immune-related adverse event=irAE
肿瘤相关巨噬细胞=tumor-associated macrophage
癌症相关成纤维细胞=cancer-associated fibroblast=CAFs
调节性T细胞=regulatory T cell=Treg
髓源性抑制细胞=myeloid-derived suppressor cell=MDSC
肝星状细胞=hepatic stellate cell
库普弗细胞=Kupffer cell
循环肿瘤细胞=circulating tumor cell=CTC
细胞外基质=extracellular matrix=ECM
转移前微环境=pre-metastatic niche
中性粒细胞胞外诱捕网=neutrophil extracellular trap
表皮生长因子受体=epidermal growth factor receptor=EGFR
间变性淋巴瘤激酶=anaplastic lymphoma kinase=ALK
转化生长因子-β=transforming growth factor-β=TGF-β=TGF-beta
肿瘤坏死因子-α=tumor necrosis factor-α=TNF-α=TNF-alpha
白细胞介素-6=interleukin-6=IL-6
血管内皮生长因子=vascular endothelial growth factor=VEGF
程序性死亡受体配体1=programmed death-ligand 1=PD-L1
上皮钙黏素=E-cadherin=E-钙黏蛋白
基质金属蛋白酶9=matrix metalloproteinase 9=MMP-9
缺氧诱导因子-1α=hypoxia-inducible factor-1α=HIF-1α
核因子κB=nuclear factor-κB=NF-κB
谷胱甘肽过氧化物酶4=glutathione peroxidase 4=GPX4
长链非编码RNA=long non-coding RNA=lncRNA
癌胚抗原=carcinoembryonic antigen=CEA
PI3K/AKT信号通路=PI3K/AKT signaling pathway
Wnt/β-catenin信号通路=Wnt/β-catenin signaling pathway
失巢凋亡=anoikis
铁死亡=ferroptosis
器官趋向性=organotropism
外渗=extravasation
微卫星高度不稳定=microsatellite instability-high=MSI-H
奥希替尼=osimertinib=泰瑞沙
安罗替尼=anlotinib
信迪利单抗=sintilimab
卡瑞利珠单抗=camrelizumab
德曲妥珠单抗=trastuzumab deruxtecan=T-DXd
白蛋白结合型紫杉醇=nab-paclitaxel
培美曲塞=pemetrexed
唑来膦酸=zoledronic acid
XELOX=capecitabine and oxaliplatin=CAPOX
EP方案=etoposide and cisplatin
立体定向体部放疗=stereotactic body radiotherapy=SBRT
经动脉化疗栓塞术=transarterial chemoembolization=TACE
肝动脉灌注化疗=hepatic arterial infusion chemotherapy=HAIC
免疫组织化学=immunohistochemistry=免疫组化
流式细胞术=flow cytometry
蛋白质印迹法=Western blot
单细胞RNA测序=single-cell RNA sequencing=scRNA-seq
总生存期=overall survival
无进展生存期=progression-free survival=PFS
客观缓解率=objective response rate=ORR
风险比=hazard ratio
置信区间=confidence interval
对数秩检验=log-rank test
估算肾小球滤过率=estimated glomerular filtration rate=eGFR
表皮生长因子受体=epidermal growth factor receptor=EGFR
Cox比例风险回归模型=Cox proportional hazards regression model=Cox regression
"""


@pytest.mark.parametrize("pair", PAIRS.strip().split("\n"))
def test_well_known_names_lead_to_one_concept(pair: str) -> None:
    found = {name: BY_NAME.get(key(name)) for name in pair.split("=")}
    assert None not in found.values(), found
    assert len({row.place for row in found.values() if row}) == 1, found
