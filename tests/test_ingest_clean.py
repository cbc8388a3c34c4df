"""Folding for search keeps meaning and offsets; languages are told apart."""

from __future__ import annotations

import pytest

from ingest.clean import fold_for_match, search_text, search_text_with_map
from ingest.languages import detect_language
from ingest.records import Mark


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("⼀种⽅法", "一种方法"),  # Kangxi radicals
        ("⻓期⻘年", "长期青年"),  # radicals supplement, which NFKC leaves alone
        ("\uf9ca動", "流动"),  # compatibility ideograph, then traditional
        ("ＥＧＦＲ突变１９外显子", "EGFR突变19外显子"),
        ("細胞轉移與肝臟", "细胞转移与肝脏"),
        ("肺 癌 肝 转 移", "肺癌肝转移"),
        ("肺癌\n肝转移", "肺癌肝转移"),
        ("结果 ，EGFR 突变", "结果，EGFR 突变"),
        ("lung   cancer\ncells", "lung cancer cells"),
        ("TGF‑β 与 TGF－β", "TGF-β 与 TGF-β"),
        ("ﬁbrosis of the µm scale", "fibrosis of the μm scale"),
        ("组别\t例数", "组别 例数"),
        ("soft\u00adhyphen zero\u200bwidth", "softhyphen zerowidth"),
        ("  两端  ", "两端"),
    ],
)
def test_folds_forms_without_meaning(printed: str, expected: str) -> None:
    assert search_text(printed) == expected


@pytest.mark.parametrize("printed", ["10⁸/kg", "mg·kg⁻¹", "①②", "，。；：（）", "Ca²⁺", "H₂O", "½"])
def test_keeps_what_nfkc_would_destroy(printed: str) -> None:
    assert search_text(printed) == printed


def test_marks_leave_the_search_text() -> None:
    text = "发生肝转移[3-5]，预后差 [6] 。"
    marks = (Mark(5, 10, (3, 4, 5)), Mark(15, 18, (6,)))
    assert search_text(text, marks) == "发生肝转移，预后差。"


@pytest.mark.parametrize(
    "text",
    ["⼀ 种ﬁbrosis  的\n方法\u00ad，見 效 果\u3000TGF－β1", "a\tb 组别\t例数", "", "   ", "ﬃ"],
)
def test_map_names_the_printed_character(text: str) -> None:
    marks = (Mark(1, 3, (1,)),) if len(text) > 8 else ()
    found, offsets = search_text_with_map(text, marks)
    assert found == search_text(text, marks)
    assert len(found) == len(offsets)
    assert offsets == sorted(offsets)
    for char, offset in zip(found, offsets, strict=True):
        folded = search_text(text[offset])
        assert char in folded or (char == " " and text[offset].isspace())


def test_match_folding_is_verbatim_but_for_code_forms_and_space() -> None:
    assert fold_for_match("⼀个 Ａ\nB") == fold_for_match("一个AB")
    assert fold_for_match("轉移") != fold_for_match("转移")
    assert fold_for_match("10⁸") != fold_for_match("108")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("TGF-β/Smad 信号通路如何促进肺癌肝转移?", "zh"),
        ("EGFR-TKI 联合 bevacizumab 的疗效", "zh"),
        ("肝轉移的機制是什麼", "zh"),
        ("How do integrins promote liver metastasis of lung cancer?", "en"),
        ("What is 整合素?", "en"),
        ("EGFR T790M", "en"),
        ("Quel est le traitement du cancer du poumon?", "fr"),
        ("Was ist die Behandlung von Lungenkrebs?", "de"),
        ("¿Cuál es el tratamiento del cáncer?", "es"),
        ("肺がんの肝転移はなぜ起こるのか", "ja"),
        ("폐암의 간 전이", "ko"),
        ("Как лечить рак легких?", "ru"),
        ("1234 %", "und"),
    ],
)
def test_language(text: str, code: str) -> None:
    assert detect_language(text) == code


def test_mathematical_letters_are_found_by_plain_ones() -> None:
    assert search_text("𝐸 = 𝑚𝑐") == "E = mc"
    assert search_text("𝛽-细胞") == "β-细胞"
