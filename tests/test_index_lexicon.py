"""The lexicon: names found in both languages whatever their spelling, and never wrongly."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.cedict import load_cedict
from index.lexicon import Lexicon, compile_tables, load_lexicon, own_tables, read_table
from ingest.errors import SettingsError

TABLE = """type\tzh\ten\tzh_synonyms\ten_synonyms\tabbreviations\tclass
gene/protein\t转化生长因子-β\ttransforming growth factor beta\t转化生长因子β\t\tTGF-β\t
gene/protein\t转化生长因子-β1\ttransforming growth factor beta 1\t\t\tTGF-β1\t
gene/protein\tMET原癌基因\tMET proto-oncogene\t\tc-Met\tMET\t
procedure\t计算机断层扫描\tcomputed tomography\tCT检查\tCT scan\tCT|CAT\t
disease\t非小细胞肺癌\tnon-small cell lung cancer\t\tnon-small-cell lung carcinoma\tNSCLC\t
disease\t强直性脊柱炎\tankylosing spondylitis\t\t\tAS\t
disease\t主动脉瓣狭窄\taortic stenosis\t\t\tAS\t
gene/protein\t程序性死亡受体配体1\tprogrammed death-ligand 1\t\t\tPD-L1\t
gene/protein\t白细胞介素-6\tinterleukin-6\t\t\tIL-6\t
anatomy\t肺\tlung\t\t\t\t
process\t转移\tmetastasis\t\t\t\t
drug\t肝素\theparin\t\t\t\t抗凝药
disease\t肿瘤\ttumor\t\t\t\t
"""


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon(compile_tables(read_table(TABLE, "table")))


def found(lexicon: Lexicon, text: str, language: str) -> list[tuple[str, str]]:
    return [(c.text, c.names[0]) for c in lexicon.concepts(text, language)]


@pytest.mark.parametrize(
    "text",
    ["TGF-β", "TGF-beta", "TGFβ", "TGF beta", "tgf-β", "转化生长因子-β", "转化生长因子β",
     "transforming growth factor-beta", "Transforming Growth Factor β"],
)  # fmt: skip
def test_spellings_of_one_name_are_one_concept(lexicon: Lexicon, text: str) -> None:
    assert found(lexicon, text, "zh") == [(text, "转化生长因子-β")]


def test_longest_name_wins_and_names_stand_inside_chinese(lexicon: Lexicon) -> None:
    text = "TGF-β1/Smad3与PD-L1≥50%的非小细胞肺癌"
    assert [name for _, name in found(lexicon, text, "zh")] == [
        "转化生长因子-β1", "程序性死亡受体配体1", "非小细胞肺癌",
    ]  # fmt: skip


def test_places_stay_right_behind_roman_numerals(lexicon: Lexicon) -> None:
    text = "心功能Ⅱ~Ⅳ级、ⅢA期非小细胞肺癌的TGF-β1、肝素"
    assert found(lexicon, text, "zh") == [
        ("非小细胞肺癌", "非小细胞肺癌"), ("TGF-β1", "转化生长因子-β1"), ("肝素", "肝素"),
    ]  # fmt: skip


def test_plural_hyphen_and_british_spelling(lexicon: Lexicon) -> None:
    for text in ("non small cell lung cancers", "non-small-cell lung cancer", "NSCLCs"):
        assert found(lexicon, text, "en") == [(text, "非小细胞肺癌")]
    assert found(lexicon, "tumours", "en") == [("tumours", "肿瘤")]


def test_words_are_not_symbols(lexicon: Lexicon) -> None:
    assert found(lexicon, "we met a cat", "en") == []
    assert found(lexicon, "MET amplification and a CAT scan", "en") == [
        ("MET", "MET原癌基因"),
        ("CAT", "计算机断层扫描"),
    ]
    assert found(lexicon, "MET扩增", "zh") == [("MET", "MET原癌基因")]


def test_parts_of_longer_names_are_not_found(lexicon: Lexicon) -> None:
    assert found(lexicon, "IL-6R and IL-67 and metastatic", "en") == []
    assert found(lexicon, "肝素", "zh") == [("肝素", "肝素")]
    # One character counts only where it is a word of its own.
    assert found(lexicon, "肺转移", "zh") == [("肺", "肺"), ("转移", "转移")]
    assert found(lexicon, "肺活量", "zh") == []


def test_an_abbreviation_of_two_concepts_finds_neither(lexicon: Lexicon) -> None:
    assert found(lexicon, "AS患者", "zh") == []


def test_users_table_beside_the_library(tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    (tmp_path / "lexicon.tsv").write_text("某某试剂\tSomereagent-7\n", encoding="utf-8")
    concepts = load_lexicon(library).concepts("Does somereagent 7 work?", "en")
    assert [c.names for c in concepts] == [("某某试剂", "Somereagent-7")]
    (tmp_path / "lexicon.tsv").write_text("只有中文\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="line 1"):
        load_lexicon(library)


def test_general_words_in_common_chinese() -> None:
    cedict = load_cedict()
    assert "华沙" in cedict.translations(["Warsaw"])
    assert "大学" in cedict.translations(["universities"])
    assert {"杀", "杀死"} <= set(cedict.translations(["killed"]))
    assert {"首相", "总理"} <= set(cedict.translations(["prime", "minister"]))
    assert cedict.translations(["zzyzx"]) == ()
    assert cedict.translations(["won"])[0] != "酒"
    assert cedict.translations(["Nixon"])[0] == "尼克松"
    assert "陈冠希" not in cedict.translations(["Chen"])
    assert not set(cedict.translations(["Manning"])) & set(cedict.translations(["man"]))


def test_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    load_lexicon()

    def never(entries: object) -> dict[str, object]:
        raise AssertionError("the tables are compiled again")

    # Compiling takes seconds; opening what was compiled takes a blink.
    monkeypatch.setattr("index.lexicon.compile_tables", never)
    assert len(load_lexicon()) == sum(len(read_table(text, name)) for name, text in own_tables())


def test_names_stand_at_the_borders_of_words() -> None:
    table = (
        "type\tzh\ten\tzh_synonyms\ten_synonyms\tabbreviations\n"
        "drug\t中药\tChinese medicine\t\t\t\n"
        "disease\t肺癌\tlung cancer\t\t\t\n"
        "disease\t非小细胞肺癌\tnon-small cell lung cancer\t\t\tNSCLC\n"
        "anatomy\t气管\ttrachea\t\t\t\n"
        "gene/protein\t表皮生长因子受体\tepidermal growth factor receptor\t\t\tEGFR\n"
    )
    lexicon = Lexicon(compile_tables(read_table(table, "table")))
    for text in ("其中药物治疗", "海洋和大气管理局"):
        assert found(lexicon, text, "zh") == []
    assert found(lexicon, "口服中药治疗", "zh") == [("中药", "中药")]
    assert found(lexicon, "小细胞肺癌与NSCLC的EGFR突变", "zh") == [
        ("肺癌", "肺癌"), ("NSCLC", "非小细胞肺癌"), ("EGFR", "表皮生长因子受体"),
    ]  # fmt: skip


def test_words_of_the_lexicon_are_kept_whole(lexicon: Lexicon) -> None:
    text = "患者的非小细胞肺癌"
    words = lexicon.words(text)
    assert [words.ends[at] for at in (0, 2, 3)] == [2, 3, len(text)]
    assert words.cut(7, 9) == ()  # 肺癌 in 非小细胞肺癌
    asked = "患者肝脏的变化"
    assert lexicon.words(asked).loose_pairs(asked) == {"者肝"}


def test_a_small_letter_tells_two_symbols_apart() -> None:
    table = (
        "type\tzh\ten\tzh_synonyms\ten_synonyms\tabbreviations\n"
        "outcome\t估算肾小球滤过率\testimated glomerular filtration rate\t\t\teGFR\n"
        "gene/protein\t表皮生长因子受体\tepidermal growth factor receptor\t\t\tEGFR\n"
        "gene/protein\t雷帕霉素靶蛋白\ttarget of rapamycin\t\t\tmTOR\n"
    )
    both = Lexicon(compile_tables(read_table(table, "table")))
    for text in ("eGFR低于30", "EGFR突变", "egfr", "mTOR", "MTOR"):
        name = "估算肾小球滤过率" if text.startswith("eGFR") else "表皮生长因子受体"
        name = "雷帕霉素靶蛋白" if "TOR" in text else name
        assert [c for _, c in found(both, text, "zh")] == [name], text
