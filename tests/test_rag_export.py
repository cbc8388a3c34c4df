"""Reference forms, to the letter: GB/T 7714-2015 with the page quoted, BibTeX, RIS, Markdown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest.records import Box, Paper, Reference
from rag.export import answer_json, escaped, to_bibtex, to_gbt7714, to_markdown, to_ris
from rag.forms import gbt7714, journal_page, split_name
from rag.records import Answer, AnswerSentence, Citation, Status

ZH = Paper(
    "a" * 64, "甲.pdf", "肺癌肝转移的机制", "Mechanisms of liver metastasis",
    ("张三", "李四", "王五", "赵六"), ("ZHANG San", "LI Si"), "中国测试杂志", 2025, "12", "3",
    "101-106", "10.1000/x.1", ("肺癌", "肝转移"), page_count=6,
)  # fmt: skip
EN = Paper(
    "b" * 64, "b.pdf", "PD-1 blockade & liver_metastasis: 50% of {cases}", "",
    ("John A. Smith", "Garcia, Maria", "WANG Xiaoming", "Lee K"), journal="J Test Oncol",
    year=2024, volume="7", pages="e15", language="en", page_count=9,
)  # fmt: skip
BARE = Paper("c" * 64, "丙.pdf", "", page_count=3)


def citation(number: int, paper: Paper, page: int, **fields: object) -> Citation:
    box = Box(page, 1, 2, 3, 4)
    made = Citation(number, paper, f"p-{number}", page, ("1 机制",), f"引文{number}。", (box,), 0.5)
    return replace(made, **fields)


def answer(*citations: Citation, language: str = "zh", **fields: object) -> Answer:
    sentences = tuple(AnswerSentence(c.quote, (c.number,)) for c in citations)
    made = Answer("问题？", "问题？", language, Status.ANSWERED, sentences, citations, (), {}, "s")
    return replace(made, **fields)


@pytest.mark.parametrize(
    ("paper", "page", "language", "expected"),
    [
        (ZH, None, None,
         "张三, 李四, 王五, 等. 肺癌肝转移的机制[J]. 中国测试杂志, 2025, 12(3): 101-106. DOI: 10.1000/x.1."),
        (ZH, 3, "zh",
         "张三, 李四, 王五, 等. 肺癌肝转移的机制[J]. 中国测试杂志, 2025, 12(3): 103. DOI: 10.1000/x.1."
         "（引文见 PDF 第 3 页）"),
        # One page more in the file than in the journal: its page is not known.
        (replace(ZH, page_count=7, doi="", authors=("张三",)), 3, "en",
         "张三. 肺癌肝转移的机制[J]. 中国测试杂志, 2025, 12(3): 101-106. (quoted from PDF p. 3)"),
        (EN, 2, "en",
         "SMITH J A, GARCIA M, WANG X, et al. PD-1 blockade & liver_metastasis: 50% of {cases}[J]. "
         "J Test Oncol, 2024, 7: e15. (quoted from PDF p. 2)"),
        (replace(EN, pages="", authors=("Lee K",)), 4, None,
         "LEE K. PD-1 blockade & liver_metastasis: 50% of {cases}[J]. J Test Oncol, 2024, 7."
         " (quoted from PDF p. 4)"),
        # No volume: the issue stands with the year. Online only so far: neither, but a DOI.
        (replace(ZH, volume="", authors=("张三", "李四", "王五")), None, None,
         "张三, 李四, 王五. 肺癌肝转移的机制[J]. 中国测试杂志, 2025(3): 101-106. DOI: 10.1000/x.1."),
        (replace(ZH, volume="", issue="", pages="", authors=()), 2, "zh",
         "肺癌肝转移的机制[J/OL]. 中国测试杂志, 2025. DOI: 10.1000/x.1.（引文见 PDF 第 2 页）"),
        (replace(ZH, volume="", issue="", pages="", doi="", year=None), None, None,
         "张三, 李四, 王五, 等. 肺癌肝转移的机制[J]. 中国测试杂志."),
        (BARE, 1, "zh", "丙.pdf[Z]. 1.（引文见 PDF 第 1 页）"),
    ],
)  # fmt: skip
def test_gbt7714(paper, page, language, expected):
    assert gbt7714(paper, page, language) == expected


def test_gbt7714_has_a_line_for_each_citation():
    lines = to_gbt7714(answer(citation(1, ZH, 1), citation(2, ZH, 6), citation(3, BARE, 2)))
    assert [line[:4] for line in lines.splitlines()] == ["[1] ", "[2] ", "[3] "]
    assert "12(3): 101. " in lines and "12(3): 106. " in lines


@pytest.mark.parametrize(
    ("pages", "count", "page", "expected"),
    [("101-106", 6, 1, "101"), ("101–106", 6, 6, "106"), ("101-106", 5, 1, ""), ("e15", 1, 1, ""),
     ("", 3, 1, "")],
)  # fmt: skip
def test_journal_page_is_named_only_where_it_is_sure(pages, count, page, expected):
    assert journal_page(replace(ZH, pages=pages, page_count=count), page) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("John A. Smith", ("Smith", "John A.")), ("Smith, John", ("Smith", "John")),
        ("Smith JA", ("Smith", "J A")), ("ZHANG San", ("ZHANG", "San")),
        ("Lee K", ("Lee", "K")), ("Plato", ("Plato", "")),
    ],
)  # fmt: skip
def test_western_names(name, expected):
    assert split_name(name) == expected


def test_bibtex_to_the_letter():
    assert (
        to_bibtex(answer(citation(1, ZH, 2), citation(2, ZH, 1), citation(3, EN, 4)))
        == r"""
@article{zhang2025-aaaaaa,
  title = {{肺癌肝转移的机制}},
  author = {{张三} and {李四} and {王五} and {赵六}},
  journal = {中国测试杂志},
  year = {2025},
  volume = {12},
  number = {3},
  pages = {101--106},
  doi = {10.1000/x.1},
  langid = {chinese},
  note = {Quoted from PDF p. 1, 2}
}

@article{smith2024-bbbbbb,
  title = {{PD-1 blockade \& liver\_metastasis: 50\% of \textbraceleft{}cases\textbraceright{}}},
  author = {Smith, John A. and Garcia, Maria and WANG, Xiaoming and Lee, K},
  journal = {J Test Oncol},
  year = {2024},
  volume = {7},
  pages = {e15},
  langid = {english},
  note = {Quoted from PDF p. 4}
}""".lstrip()
    )


def test_bibtex_keys_are_unique_and_values_stay_inside():
    twin = replace(ZH, id="aaaaaab" + "0" * 57, title="另一篇} , evil = {x")
    text = to_bibtex(answer(citation(1, ZH, 1), citation(2, twin, 1)))
    assert "@article{zhang2025-aaaaaa,\n" in text and "@article{zhang2025-aaaaaa-2,\n" in text
    assert r"另一篇\textbraceright{} , evil = \textbraceleft{}x" in text
    depth = 0
    for line in text.splitlines():
        # BibTeX counts every brace: each field ends where its line does.
        depth += line.count("{") - line.count("}")
        assert depth == (0 if line in ("", "}") else 1)


def test_ris_to_the_letter():
    assert (
        to_ris(answer(citation(1, ZH, 2), citation(2, EN, 4)))
        == """
TY  - JOUR
TI  - 肺癌肝转移的机制
TT  - Mechanisms of liver metastasis
AU  - 张三
AU  - 李四
AU  - 王五
AU  - 赵六
T2  - 中国测试杂志
JF  - 中国测试杂志
PY  - 2025
VL  - 12
IS  - 3
SP  - 101
EP  - 106
DO  - 10.1000/x.1
LA  - zh
N1  - Quoted from PDF p. 2
KW  - 肺癌
KW  - 肝转移
ER  - 

TY  - JOUR
TI  - PD-1 blockade & liver_metastasis: 50% of {cases}
AU  - Smith, John A.
AU  - Garcia, Maria
AU  - WANG, Xiaoming
AU  - Lee, K
T2  - J Test Oncol
JF  - J Test Oncol
PY  - 2024
VL  - 7
SP  - e15
LA  - en
N1  - Quoted from PDF p. 4
ER  - """.lstrip()
    )


def test_a_line_break_begins_no_tag():
    assert (
        "\nER"
        not in to_ris(answer(citation(1, replace(BARE, title="一\nER  - \nTY  - X"), 1)))[:20]
    )
    assert to_ris(answer(citation(1, replace(BARE, title="一\nTY  - X"), 1))).count("\nTY") == 0


def test_markdown_to_the_letter():
    entry = Reference(12, "某某. 某研究[J]. 某杂志, 2020.")
    cited = citation(1, ZH, 3, quote="P<0.05 且 *显著*。", cited=(entry,))
    note = ("说明。", "A note.")
    made = answer(cited, resolved="完整的问题？", missing=("剂量",), notes=(note,))
    struck = AnswerSentence("编造的句子。", (), "llm", "理由")
    made = replace(made, sentences=(*made.sentences, struck))
    assert (
        to_markdown(made)
        == r"""
# 问题？

→ 完整的问题？

P\<0.05 且 \*显著\*。 [1]

文献中未见：剂量

## 引证

[1] 张三, 李四, 王五, 等. 肺癌肝转移的机制\[J\]. 中国测试杂志, 2025, 12(3): 103. DOI: 10.1000/x.1.（引文见 PDF 第 3 页） 1 机制

> P\<0.05 且 \*显著\*。

> 文中此处引用 \[12\] 某某. 某研究\[J\]. 某杂志, 2020.

※ 说明。

---

科研辅助工具，不构成医疗建议；请核对原文，勿输入患者信息。
""".lstrip()
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# 标题", "\\# 标题"), ("1. 一", "1\\. 一"), ("- 一", "\\- 一"),
        ("![图](http://x)", "!\\[图\\](http://x)"), ("a\nb", "a b"), ("80%~90%", "80%\\~90%"),
    ],
)  # fmt: skip
def test_a_text_is_no_markup(text, expected):
    assert escaped(text) == expected


def test_json_keeps_struck_sentences_apart():
    made = answer(citation(1, ZH, 1), dropped=1, model="m")
    struck = AnswerSentence("编造的句子。", (), "llm", "理由")
    value = answer_json(replace(made, sentences=(*made.sentences, struck)))
    assert [s["text"] for s in value["sentences"]] == ["引文1。"]
    assert value["struck"] == [{"text": "编造的句子。", "reason": "理由"}]
    assert (value["dropped"], value["model"]) == (1, "m")
