"""Reference lists become entries; marks are counted against them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ingest.page_text import Char, Line
from ingest.records import Block, BlockKind, Box, Document, Mark, Paper, Reference
from ingest.reference_forms import parse_entry
from ingest.references import parse_references, resolve_marks

SIZE = 9.0


def line(text: str, top: float, x0: float = 50.0, page: int = 1, column: int = 1) -> Line:
    chars = []
    x = x0
    for char in text:
        width = SIZE if ord(char) > 0x2E00 else SIZE / 2
        chars.append(Char(char, x, top, x + width, top + SIZE, top + 8, SIZE))
        x += width
    box = Box(page, x0, top, x, top + SIZE)
    return Line(page, tuple(chars), box, top + 8, SIZE, "", column)


def lines(*texts: str) -> list[Line]:
    return [line(text, 100 + 12 * index) for index, text in enumerate(texts)]


def numbers(found: Sequence[Reference]) -> list[int]:
    return [reference.number for reference in found]


CHINESE = "张三,李四,王五,等. 肺癌肝转移机制的研究进展[J]. 肿瘤学杂志,2020,15(3):123-130."


@pytest.mark.parametrize(
    ("text", "authors", "title", "journal", "source"),
    [
        (CHINESE, ("张三", "李四", "王五"), "肺癌肝转移机制的研究进展", "肿瘤学杂志",
         (2020, "15", "3", "123-130")),
        ("张三，李四．喷嘴内部流动［Ｊ］．工程热物理学报，２０１５，３６（３）：５４３－５４８．",
         ("张三", "李四"), "喷嘴内部流动", "工程热物理学报", (2015, "36", "3", "543-548")),
        ("LI M, ZHAO S T, et al. Integrins and the liver, 2019 update[J]. Front Demo Med, 2020, "
         "(12): 30-31, 36.", ("LI M", "ZHAO S T"), "Integrins and the liver, 2019 update",
         "Front Demo Med", (2020, "", "12", "30-31,36")),
        ("Li M, Zhao ST. Title of it. J Demo Oncol. 2020;15(3):123-30.", ("Li M", "Zhao ST"),
         "Title of it", "J Demo Oncol", (2020, "15", "3", "123-30")),
        ("Li, M., Zhao, S. T., et al. Title of it. Demo Nature 2020, 15: 123-130.",
         ("Li M.", "Zhao S. T"), "Title of it", "Demo Nature", (2020, "15", "", "123-130")),
        ("李四. 肝转移的机制[D]. 上海: 某某大学, 2019.", ("李四",), "肝转移的机制",
         "上海: 某某大学", (2019, "", "", "")),
        ("某某组织. 全球报告[EB/OL]. (2020-02-04)[2021-03-01]. https://example.org/a.",
         ("某某组织",), "全球报告", "", (2020, "", "", "")),
        ("编委会. 本草[M]. 上海:科学出版社,1999:751-752.", ("编委会",), "本草", "上海:科学出版社",
         (1999, "", "", "751-752")),
        ("张三,李四.肺癌肝转移.肿瘤学杂志,2005,27(3):123-125.", ("张三", "李四"), "肺癌肝转移",
         "肿瘤学杂志", (2005, "27", "3", "123-125")),
    ],
)  # fmt: skip
def test_forms(
    text: str,
    authors: tuple[str, ...],
    title: str,
    journal: str,
    source: tuple[int, str, str, str],
) -> None:
    found = parse_entry(7, text)
    assert found.number == 7
    assert found.text == text
    assert [author.rstrip(".") for author in found.authors] == [a.rstrip(".") for a in authors]
    assert found.title == title
    assert found.journal == journal
    assert (found.year, found.volume, found.issue, found.pages) == source


def test_doi_is_found_and_its_digits_are_no_year() -> None:
    found = parse_entry(1, "Li M. A title[J]. Demo J, 2021, 7(2): 5-9. DOI: 10.1234/j.2019.01.002.")
    assert found.doi == "10.1234/j.2019.01.002"
    assert (found.year, found.pages) == (2021, "5-9")


def test_doi_and_names_with_points_in_justified_lines() -> None:
    found = parse_entry(
        1, "Hanna Pan, Anna N. Lund. A title[J]. Demo J, 2020, DOI: 10. 1080/ 1478. 2020. 18."
    )
    assert found.doi == "10.1080/1478.2020.18"
    assert found.authors == ("Hanna Pan", "Anna N. Lund")
    assert (found.title, found.year, found.volume) == ("A title", 2020, "")


def test_an_unknown_form_keeps_its_text() -> None:
    found = parse_entry(3, "某处")
    assert (found.text, found.authors, found.year) == ("某处", (), None)


def test_entries_run_over_lines_columns_and_pages() -> None:
    found = parse_references(
        [
            line("参 考 文 献", 90),
            line("[1] 张三,李四. 半枫荷提取物对", 100),
            line("大鼠的影响[J]. 中药材,", 112),
            line("2015,38(2):366-369.", 124),
            line("[2] Li M. Spray behavior and air en-", 50, 300, column=2),
            line("trainment[J]. Demo Fluids, 1991,", 62, 300, column=2),
            line("3(12): 2955-2964.", 50, page=2),
            line("[3] 王五. 题目三[J]. 杂志,2001,1:1-2.", 62, page=2),
            line("（收稿日期：2020-01-02）", 80, page=2),
            line("Abstract of the next paper", 90, page=2),
        ]
    )
    assert numbers(found) == [1, 2, 3]
    assert found[0].title == "半枫荷提取物对大鼠的影响"
    assert found[1].title == "Spray behavior and air entrainment"
    assert [box.page for box in found[1].boxes] == [1, 1, 2]
    assert found[2].text == "王五. 题目三[J]. 杂志,2001,1:1-2."
    # The boxes cover the entry, not its label: "[1] " is four half-width characters.
    assert found[0].boxes[0].x0 == pytest.approx(50 + 3 * SIZE / 2 + SIZE / 2)


@pytest.mark.parametrize(
    "label", ["[{}] ", "［{}］", "〔{}〕", "{}. ", "{}．", "({}) ", "{} ", "{}、"]
)
def test_labels(label: str) -> None:
    texts = []
    for index in range(1, 13):
        texts += [
            label.format(index) + "张三,李四. 题目很长的研究一直写到行末",
            f"{index + 20}[J]. 杂志,2020.",
        ]
    found = parse_references(lines(*texts))
    assert numbers(found) == list(range(1, 13))
    assert found[4].text.startswith("张三")
    assert found[4].text.endswith("25[J]. 杂志,2020.")


def test_years_and_pages_at_a_line_start_begin_no_entry() -> None:
    found = parse_references(
        lines(
            "1. 张三. 题目[J]. 杂志,",
            "2. 李四. 题目[J]. 杂志, 1999,",
            "12. 20-25.",
            "3. 王五. 题目[J]. 杂志, 2001.",
            "2003. 增刊.",
            "4. 赵六. 题目[J]. 杂志, 2002.",
        )
    )
    assert numbers(found) == [1, 2, 3, 4]


def test_a_label_on_a_line_of_its_own() -> None:
    found = parse_references(
        lines("[1]", "张三. 甲[J]. 杂志,2001.", "[2]", "李四. 乙[J]. 杂志,2002.")
    )
    assert [reference.text for reference in found] == [
        "张三. 甲[J]. 杂志,2001.",
        "李四. 乙[J]. 杂志,2002.",
    ]
    assert all(len(reference.boxes) == 1 for reference in found)


def test_two_entries_on_one_line() -> None:
    found = parse_references(
        lines(
            "[1] 张三. 甲[J]. 杂志,2001. [2] 李四. 乙[J]. 杂志,2002.", "[3] 王五. 丙[J]. 杂志,2003."
        )
    )
    assert [reference.title for reference in found] == ["甲", "乙", "丙"]
    assert found[1].boxes[0].x0 > found[0].boxes[0].x1 - 1


def test_an_unread_label_costs_one_entry_only() -> None:
    found = parse_references(
        lines("[1] 甲. 题[J]. 刊,2001.", "[?] 乙. 题[J]. 刊,2002.", "[3] 丙. 题[J]. 刊,2003.")
    )
    assert numbers(found) == [1, 3]


def test_unnumbered_list_by_hanging_indent() -> None:
    found = parse_references(
        [
            line("Li M. A first title of some length", 100),
            line("going on. Demo J, 2001, 3: 4-5.", 112, 68),
            line("Zhao S. A second title that is", 124),
            line("long too. Demo J, 2002, 6: 7-8.", 136, 68),
            line("Wang W. Third. Demo J, 2003, 1: 2-3.", 148),
        ]
    )
    assert numbers(found) == [1, 2, 3]
    assert [reference.year for reference in found] == [2001, 2002, 2003]


def test_no_lines_no_entries() -> None:
    assert parse_references([]) == ()
    assert parse_references(lines("参考文献")) == ()


def test_marks_resolve_against_the_list() -> None:
    def block(kind: BlockKind, *marks: Mark) -> Block:
        return Block(kind, "转移[1-3]", (), (), marks)

    document = Document(
        Paper("0" * 64, "a.pdf", "题目"),
        (),
        (
            block(BlockKind.PARAGRAPH, Mark(2, 7, (1, 2, 3)), Mark(2, 7, (3, 4))),
            block(BlockKind.PARAGRAPH, Mark(2, 3, ())),
            block(BlockKind.AUTHORS, Mark(2, 3, (1,))),
            block(BlockKind.REFERENCE, Mark(0, 1, (9,))),
        ),
        tuple(Reference(number, "") for number in (1, 2, 3)),
    )
    assert resolve_marks(document) == (2, 1)
