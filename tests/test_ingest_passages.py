"""Sentences and passages: whole statements, exact boxes, no debris, nothing lost."""

from __future__ import annotations

import pytest

from ingest.marks import find_marks
from ingest.passages import make_passages
from ingest.records import Block, BlockKind, Box, Document, Page, Paper, Span
from ingest.sentences import split_clauses, split_sentences, text_weight
from ingest.spans import boxes_of

PER_LINE = 20
EM = 10.0


def sentences_of(text: str) -> list[str]:
    found = split_sentences(text, find_marks(text, [False] * len(text)))
    return [text[sentence.start : sentence.end] for sentence in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("肺癌易转移[3-5]。预后差。", ["肺癌易转移[3-5]。", "预后差。"]),
        ("肺癌易转移。[3] 预后差。", ["肺癌易转移。[3]", "预后差。"]),
        ("他说：“很重要。”随后继续。", ["他说：“很重要。”", "随后继续。"]),
        ("疗效好（见表1。余略）。再议！", ["疗效好（见表1。余略）。", "再议！"]),
        ("有差异(P<0.05).结果表明有效.", ["有差异(P<0.05).", "结果表明有效."]),
        ("剂量为3.5 mg．结果好．", ["剂量为3.5 mg．", "结果好．"]),
        ("1. 材料与方法。二、结果。", ["1. 材料与方法。", "二、结果。"]),
        ("张三, 李四, 等. 肺癌研究。", ["张三, 李四, 等. 肺癌研究。"]),
        ("Fr. 1 (33. 8 g) at 0. 5 M.", ["Fr. 1 (33. 8 g) at 0. 5 M."]),
        ("P<0.05. 30 patients died.", ["P<0.05.", "30 patients died."]),
        ("P<0.05. The rest died.", ["P<0.05.", "The rest died."]),
        (
            "Zhang et al. found it (Fig. 2). It grew in E. coli vs. controls.",
            ["Zhang et al. found it (Fig. 2).", "It grew in E. coli vs. controls."],
        ),
        ("OS was 3.5 months.[3] Dr. J. Li agreed.", ["OS was 3.5 months.[3]", "Dr. J. Li agreed."]),
        ("In group B. The rest died.", ["In group B.", "The rest died."]),
        ("Is it? Yes! e.g. this, i.e. that.", ["Is it?", "Yes!", "e.g. this, i.e. that."]),
        ("第一段\n第二段", ["第一段", "第二段"]),
        ("好吗？！是。", ["好吗？！", "是。"]),
        ("", []),
        ("  \n ", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences_of(text) == expected


def test_a_semicolon_ends_only_long_sentences() -> None:
    short = "甲治疗有效；乙治疗无效。"
    assert sentences_of(short) == [short]
    clause = "表皮生长因子受体突变的患者接受靶向药物治疗以后常常在两年之内出现获得性耐药的现象"
    long = "；".join([clause] * 4) + "。"
    parts = sentences_of(long)
    assert len(parts) > 1
    assert "".join(parts) == long
    assert all(part[-1] in "；。" for part in parts)


def test_weight_makes_languages_comparable() -> None:
    chinese = "整合素通过与细胞外基质结合促进肿瘤细胞在肝脏定植"
    english = "Integrins promote the colonisation of the liver by binding to the matrix"
    assert 0.6 < text_weight(english) / text_weight(chinese) < 1.6


def block(
    text: str,
    section: tuple[str, ...] = ("1 引言",),
    kind: BlockKind = BlockKind.PARAGRAPH,
    page: int = 1,
    language: str = "zh",
) -> Block:
    """A block set in lines of 20 characters, each 10 points wide, 15 points apart."""
    spans = []
    for row, start in enumerate(range(0, len(text), PER_LINE)):
        end = min(start + PER_LINE, len(text))
        edges = tuple(50 + EM * step for step in range(end - start + 1))
        top = 100.0 + 15 * row
        spans.append(Span(start, end, Box(page, edges[0], top, edges[-1], top + 10), edges))
    marks = find_marks(text, [False] * len(text))
    return Block(kind, text, section, tuple(spans), marks, language)


def document(*blocks: Block, engine: str = "pdfium") -> Document:
    page = Page(1, 595, 842, 0, engine, 2)
    return Document(Paper("0123456789abcdef" * 4, "a.pdf", "题目"), (page,), blocks)


def prose(count: int, seed: str = "") -> str:
    parts = (
        f"第{index}项研究{seed}表明整合素促进肿瘤细胞黏附于肝窦内皮并形成转移灶[{index % 30 + 1}]。"
        for index in range(count)
    )
    return "".join(parts)


def test_every_character_maps_to_its_box() -> None:
    first, second = block(prose(12)), block(prose(9, "又"), page=2)
    passages = make_passages(document(first, second))
    assert len(passages) > 1
    for passage in passages:
        assert passage.spans[0].start == 0
        assert passage.spans[-1].end == len(passage.text)
        for before, after in zip(passage.spans, passage.spans[1:], strict=False):
            assert before.end == after.start
        for sentence in passage.sentences:
            text = passage.text[sentence.start : sentence.end]
            source = first if text in first.text else second
            at = source.text.index(text)
            assert boxes_of(passage.spans, sentence.start, sentence.end) == boxes_of(
                source.spans, at, at + len(text)
            )
        for mark in passage.marks:
            number = passage.text[mark.start + 1 : mark.end - 1]
            assert mark.numbers == (int(number),)


def test_nothing_is_lost_and_sizes_hold() -> None:
    text = prose(40)
    passages = make_passages(document(block(text)))
    assert "".join(passage.text for passage in passages) == text
    for passage in passages:
        assert 250 < text_weight(passage.text) < 600
        assert [s.start for s in passage.sentences] == sorted(s.start for s in passage.sentences)
        covered = set()
        for child in passage.children:
            covered.update(range(child.start, child.end))
            assert child.start in {s.start for s in passage.sentences}
            assert child.end in {s.end for s in passage.sentences}
            assert 50 < text_weight(passage.text[child.start : child.end]) < 200
        assert covered == set(range(len(passage.text)))
        for before, after in zip(passage.children, passage.children[1:], strict=False):
            assert before.start < after.start < before.end < after.end  # overlap of a sentence


def test_never_across_sections_and_languages() -> None:
    english = "Integrins promote liver metastasis of lung cancer in several models. " * 4
    passages = make_passages(
        document(
            block(prose(3), ("1 引言",)),
            block(prose(3), ("2 方法", "2.1 对象")),
            block(english, ("Abstract",), language="en"),
        )
    )
    assert [passage.section[-1] for passage in passages] == ["1 引言", "2.1 对象", "Abstract"]
    assert [passage.language for passage in passages] == ["zh", "zh", "en"]
    assert [passage.ordinal for passage in passages] == [0, 1, 2]
    assert passages[1].id == "0123456789abcdef-0001"


def test_short_paragraphs_share_a_parent() -> None:
    lines = [f"（{index}）整合素{index}促进肝转移的发生与发展。" for index in range(6)]
    (passage,) = make_passages(document(*(block(text) for text in lines)))
    assert passage.text == "\n".join(lines)
    assert len(passage.sentences) == 6


def test_a_paragraph_broken_by_a_page_is_mended() -> None:
    first = "整合素与细胞外基质结合以后促进肿瘤细胞黏附于肝窦内皮细胞并且形成转移灶而这一个"
    assert len(first) % PER_LINE == 0 or len(first) > PER_LINE
    first = first[: len(first) // PER_LINE * PER_LINE]
    second = "过程受多种因子调控。预后差。"
    (passage,) = make_passages(document(block(first), block(second, page=2)))
    assert passage.text == first + second
    assert len(passage.sentences) == 2
    (sentence, _) = passage.sentences
    assert {box.page for box in boxes_of(passage.spans, sentence.start, sentence.end)} == {1, 2}


@pytest.mark.parametrize(
    "second", ["（2）第二点也很重要。", "2 第二点也很重要。", "New line here is."]
)
def test_a_list_item_is_not_mended(second: str) -> None:
    first = "整合素促进肿瘤细胞黏附于肝窦内皮并形成" * 2 + "转移"
    passages = make_passages(document(block(first), block(second)))
    assert any(first + "\n" in passage.text for passage in passages)


def test_tables_of_contents_are_no_passages() -> None:
    entry = "肺癌肝转移的分子机制 ……………… 12"
    assert make_passages(document(*(block(entry) for _ in range(12)))) == ()


@pytest.mark.parametrize("label", ["【摘要】", "摘 要：", "[Abstract] ", "Abstract: "])
def test_the_label_of_an_abstract_is_no_part_of_its_text(label: str) -> None:
    (passage,) = make_passages(document(block(label + prose(3), ("摘要",))))
    assert passage.text == prose(3)
    assert passage.spans[0].box.x0 == 50
    (box,) = boxes_of(passage.spans, 0, 1)
    assert box.x0 == 50 + EM * len(label)


def test_no_debris() -> None:
    (passage,) = make_passages(
        document(
            block(prose(6)),
            block("0.5"),
            block("A B C"),
            block("图1 肝转移示意图", kind=BlockKind.CAPTION),
            block("续", ("3 其他",)),
        )
    )
    assert "0.5" not in passage.text
    assert passage.text.endswith("\n图1 肝转移示意图")


def test_what_is_no_evidence_is_no_passage() -> None:
    kinds = set(BlockKind) - {BlockKind.PARAGRAPH, BlockKind.TABLE, BlockKind.CAPTION}
    blocks = [block(prose(6), kind=kind) for kind in kinds]
    assert make_passages(document(*blocks, block(prose(6), ("参考文献",)))) == ()


def test_a_table_is_its_own_passage_with_its_caption() -> None:
    rows = "\n".join(f"治疗组{index}\t{index}\t有效" for index in range(8))
    passages = make_passages(
        document(
            block(prose(4)),
            block("表1 两组疗效比较", kind=BlockKind.CAPTION),
            block(rows, kind=BlockKind.TABLE),
            block(prose(4, "再")),
        )
    )
    assert [passage.kind for passage in passages][-1] is not BlockKind.PARAGRAPH
    assert passages[-1].text == "表1 两组疗效比较\n" + rows
    assert len(passages[-1].sentences) == 9


def test_a_huge_table_is_cut_by_rows_under_its_caption() -> None:
    text = "表2 全部病例\n" + "\n".join(
        f"病例{index}\t男\t{40 + index}\t肺腺癌伴肝转移，多发" for index in range(120)
    )
    passages = make_passages(document(block(text, kind=BlockKind.TABLE)))
    assert len(passages) > 2
    assert all(passage.text.startswith("表2 全部病例\n病例") for passage in passages)
    rows = [row for passage in passages for row in passage.text.split("\n")[1:]]
    assert rows == text.split("\n")[1:]


def test_a_very_long_sentence_is_cut_for_children_only() -> None:
    text = "，".join(["整合素与细胞外基质结合以后促进肿瘤细胞黏附"] * 16) + "。"
    (passage,) = make_passages(document(block(text)))
    assert len(passage.sentences) == 1
    assert len(passage.children) > 1
    assert all(passage.text[child.end - 1] in "，。" for child in passage.children)


def test_text_without_any_stop_is_cut() -> None:
    text = "肝转移" * 1000
    passages = make_passages(document(block(text)))
    assert "".join(passage.text for passage in passages) == text
    longest = max(text_weight(p.text[c.start : c.end]) for p in passages for c in p.children)
    assert longest <= 400


def test_ocr_is_told() -> None:
    (passage,) = make_passages(document(block(prose(3)), engine="ocr"))
    assert passage.ocr


def test_clauses_keep_decimals_and_thousands() -> None:
    text = "共纳入1,234例，" * 30
    (sentence,) = split_sentences(text)
    for part in split_clauses(text, sentence, 60):
        assert text[part.start] == "共"
