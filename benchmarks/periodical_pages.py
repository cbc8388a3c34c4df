"""Random papers in the forms of Chinese medical periodicals: a seed in, source and truth out.

What ``benchmarks.journal_pages`` leaves out: two abstracts with fund lines and numbered
affiliations, consensus statements by a group, case reports that share pages, jumps to a later
page, statements before the references, references in three columns, an English part behind them.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.journal_pages import JournalMaker
from benchmarks.layout_pages import Made

_HEI = '#text(font: "Noto Sans SC")'
_RUN_IN_NAMES = ("一般资料", "方法", "观察指标", "统计学方法", "纳入标准", "排除标准", "随访")
_GROUPS = ("中华医学会演示医学分会", "演示疾病专家共识编写组", "中国抗演示协会示例专业委员会")


class PeriodicalMaker(JournalMaker):
    """Makes one paper in one of the forms; the kinds name what it has."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        forms: tuple[Callable[[], Made], ...] = (
            self._original, self._original, self._review, self._consensus, self._cases,
        )  # fmt: skip
        self.form = self.chance.choice(forms)
        self.columns = 2
        self.style = self.chance.choice(("一、", "1", "run-in")) if self.form else "1"
        self.made.kinds = []
        self.journal = self.chance.choice(("中华演示内科杂志", "中国示范肿瘤临床", "演示医学研究"))
        self.doi = f"10.3760/cma.j.cn112138-{self.year}0506-{self.first:05d}"

    # --- pieces -----------------------------------------------------------------------------

    def _heads(self) -> str:
        form = self.chance.choice(("bilingual", "names", "none"))
        self._kind(f"heads {form}")
        page = "#counter(page).display()"
        if form == "none":
            return f"footer: context align(center)[· {page} ·]"
        left = f"{self.journal}{self.year}年{self.issue}月第{self.volume}卷第{self.issue}期"
        self.made.aside.append(left)
        self.facts.fields |= {
            "journal": self.journal, "year": self.year,
            "volume": str(self.volume), "issue": str(self.issue),
        }  # fmt: skip
        if form == "bilingual":
            english = f"Chin J Demo Med, May {self.year}, Vol.{self.volume}, No.{self.issue}"
            self.made.aside.append(english)
            return (
                f"header: context [#set text(size: 8pt)\n{left} #h(1fr) {english} #h(1fr) {page}]"
            )
        names = f"王演示，等．{self._label()}的演示研究"
        self.made.aside.append(names)
        return (
            "header: context [#set text(size: 8pt)\n#if calc.odd(counter(page).get().first())"
            f" [{left} #h(1fr) {page}] else [{page} #h(1fr) {names}]]"
        )

    def _band(self, inside: str) -> str:
        return (
            '#place(top, scope: "parent", float: true, clearance: 1.5em)'
            f"[#set par(first-line-indent: 0pt)\n{inside}]\n"
        )

    def _rubric(self) -> str:
        text = self.chance.choice(("·临床研究·", "·综述·", "·论著·", "•指南与共识•"))
        return self.chance.choice((f"{text}\n\n", f"#align(right)[{text}]\n\n"))

    def _titled(self, title: str) -> str:
        self.made.title = title
        self.facts.fields["title"] = title
        size = self.chance.choice((16, 18, 20))
        return f'#align(center, text(font: "Noto Sans SC", size: {size}pt)[{title}])'

    def _written_by(self, names: list[tuple[str, str]]) -> str:
        self.facts.fields["authors"] = tuple(name for name, _ in names)
        return "　".join(f"{name}#super[{at % 2 + 1}]" for at, (name, _) in enumerate(names))

    def _two_abstracts(self, names: list[tuple[str, str]]) -> str:
        """Chinese and English abstracts, each with its fund line, and how to cite the paper."""
        self._kind("two abstracts with fund lines")
        heads = ("目的", "方法", "结果", "结论")
        said = [self._prose(1) for _ in heads]
        self.facts.fields["abstract"] = "".join(h + s for h, s in zip(heads, said, strict=True))
        text = "".join(f"{_HEI}[{h}]　{s}" for h, s in zip(heads, said, strict=True))
        english = f"Effects of sample {self.counts['label']} on the liver of mice"
        printed = ", ".join(f"{name}#super[{at % 2 + 1}]" for at, (_, name) in enumerate(names))
        self.facts.fields |= {
            "keywords": ("受体", "信号通路", "细胞凋亡"),
            "title_en": english, "authors_en": tuple(name for _, name in names),
            "keywords_en": ("receptor", "pathway", "cell death"), "doi": self.doi,
        }  # fmt: skip
        fund = "基金项目：国家自然科学基金（81000000）；演示省重点研发计划（2020-01）"
        program = "Fund program: National Natural Science Foundation of China (81000000)"
        self.made.aside += [fund, program]
        lines = [
            f"【摘要】　{text}", "【关键词】　受体；　信号通路；　细胞凋亡", fund,
            f"#align(center, text(size: 1.1em, weight: 700)[{english}])",
            f"{printed}",
            "#super[1]Department of Medicine, Demo University Hospital, Demo 100000, China;"
            " #super[2]Department of Oncology, Sample Hospital, Sample 200000, China",
            f"Corresponding author: {names[0][1]}, Email: demo\\@demo.cn, Tel: 0086-10-12345678",
            "*【Abstract】*　*Objective*　To see how the compound acts on the liver."
            " *Methods*　Forty patients were examined before and after treatment."
            " *Results*　The score was lower in all groups."
            " *Conclusion*　Further work with larger groups is needed.",
            "*【Key words】*　Receptor;　Pathway;　Cell death".replace("R", "r").replace("P", "p")
            .replace("Cell", "cell"),
            program,
        ]  # fmt: skip
        return "\n\n".join(lines)

    def _dated(self, names: list[tuple[str, str]]) -> str:
        """Where the paper is to be found, and its dates, as 中华 journals print them."""
        authors = ", ".join(name for name, _ in names[:3]) + (", 等" if len(names) > 3 else "")
        last = self.first + 5
        self.facts.fields |= {
            "received": "2024-05-06", "journal": self.journal, "year": self.year,
            "volume": str(self.volume), "issue": str(self.issue), "pages": f"{self.first}-{last}",
        }  # fmt: skip
        cite = (
            f"引用本文：{authors}. {self.made.title}\\[J\\]. {self.journal}, {self.year},"
            f" {self.volume}({self.issue}): {self.first}-{last}. DOI: {self.doi}."
        )
        lines = [f"DOI：{self.doi}", "收稿日期　2024-05-06　　本文编辑　张演示", cite]
        self.made.aside += [lines[1]]
        return "#text(size: 0.84em)[" + "\n\n".join(lines) + "]"

    def _statements(self) -> str:
        """What is declared before the references; nothing is asked of it but to stay apart."""
        self._kind("statements before the references")
        return (
            f"{_HEI}[利益冲突]　所有作者声明无利益冲突\n\n"
            f"{_HEI}[作者贡献声明]　王演示：实验操作、论文撰写；李示例：研究指导、经费支持\n\n"
        )

    def _three_columns(self) -> str:
        """A reference list in three narrow columns under the text."""
        self._kind("references in three columns")
        listed = self._cited()
        heading, _, entries = listed.partition("\n")
        return (
            f"#set page(columns: 1)\n{heading}\n#columns(3, gutter: 12pt)[#set text(size: 0.9em)\n"
            f"{entries}]\n"
        )

    def _sections(self, count: int) -> str:
        if self.style != "一、" or self.chance.random() < 0.4:
            return self._body(count)
        self._kind("run-in names before a colon")
        parts: list[str] = []
        for at in range(count):
            parts += [self._heading((at + 1,)), self._paragraph()]
            names = self.chance.sample(_RUN_IN_NAMES, 2)
            for number, name in enumerate(names, 1):
                head = f"{number}. {name}："
                self.made.headings.append(head)
                self.made.flow.append(head)
                parts.append(f"{head.replace('. ', '.')}{self._paragraph()}")
        return "".join(parts)

    # --- papers -----------------------------------------------------------------------------

    def _original(self) -> Made:
        self._kind("original article")
        settings, names = self._settings(), self._names()
        title = f"{self._label()}对{self._label()}影响的演示研究"
        front = [
            self._rubric(), self._titled(title), self._written_by(names),
            "#text(size: 0.84em)[#super[1]演示大学附属医院内科，演示市 100000；"
            "#super[2]示例省人民医院肿瘤科，示例市 200000]",
            f"#text(size: 0.84em)[通信作者：{names[0][0]}，Email：demo\\@demo.cn，"
            "电话：010-12345678]",
            self._two_abstracts(names), self._dated(names),
        ]  # fmt: skip
        body = self._opening_plain() + self._sections(self.chance.randint(2, 4))
        end = self._three_columns() if self.chance.random() < 0.3 else self._cited()
        said = self._statements() if self.chance.random() < 0.7 else ""
        self.made.source = "\n".join((settings, self._band("\n\n".join(front)), body, said, end))
        return self.made

    def _opening_plain(self) -> str:
        return self._paragraph() + self._paragraph()

    def _review(self) -> Made:
        """A review whose authors' addresses and dates stand at the foot, its English part last."""
        self._kind("review", "English part behind the references")
        settings, names = self._settings(), self._names()
        title = f"{self._label()}在{self._label()}中的研究进展"
        abstract = self._prose(3)
        english = f"Progress of sample {self.counts['label']} in liver disease of mice"
        front = [
            self._rubric(), self._titled(title),
            f"#align(center)[{'，'.join(name for name, _ in names)}]",
            f"*摘要*：{abstract}", "*关键词*：受体；信号通路；细胞凋亡",
            "中图分类号：R735.7　　文献标志码：A　　文章编号：1000-0000"
            f"({self.year}){self.issue:02d}-{self.first:04d}-06",
        ]  # fmt: skip
        self._written_by(names)
        self.facts.fields |= {
            "abstract": abstract, "keywords": ("受体", "信号通路", "细胞凋亡"), "clc": "R735.7",
            "year": self.year, "issue": str(self.issue), "received": "2024-05-06",
            "pages": f"{self.first}-{self.first + 5}", "title_en": english,
            "authors_en": tuple(name for _, name in names),
        }  # fmt: skip
        notes = [
            "作者单位：100000 演示市，演示大学医学院内科（王演示，李示例）",
            "通信作者：王演示，Email：demo\\@demo.cn；ORCID：0000-0002-1825-0097",
            "收稿日期：2024-05-06",
        ]
        self.made.aside += [note.replace("\\", "") for note in notes]
        foot = (
            '#place(bottom, float: true, scope: "column", clearance: 1em)[#set text(size: 7.5pt)\n'
            "#set par(first-line-indent: 0pt, leading: 0.5em, spacing: 0.5em)\n"
            "#line(length: 30%, stroke: 0.4pt)\n" + "\n\n".join(notes) + "]\n"
        )
        body = self._opening_plain() + self._sections(self.chance.randint(3, 5))
        behind = (
            "#set text(size: 1.1em)\n#set par(first-line-indent: 0pt, hanging-indent: 0pt)\n"
            f"#align(center, text(weight: 700)[{english}])\n\n"
            f"#align(center)[{', '.join(name for _, name in names)}]\n\n"
            "#align(center)[Department of Medicine, Demo University, Demo City 100000, China]\n\n"
            "*Abstract*: We describe how the compound acts on the liver of mice. No adverse event"
            " was seen in the course of the study.\n\n*Key words*: receptor; pathway; cell death\n"
        )
        self.made.source = "\n".join(
            (settings, self._band("\n\n".join(front)), foot, body, self._cited(), behind)
        )
        return self.made

    def _consensus(self) -> Made:
        """A consensus by a group: recommendations with their grades between the paragraphs."""
        self._kind("consensus")
        settings = self._settings()
        group = self.chance.choice(_GROUPS)
        title = f"{self._label()}诊治演示专家共识（{self.year}版）"
        abstract = self._prose(3)
        self.facts.fields |= {"authors": (group,), "abstract": abstract}
        front = [
            self._rubric(), self._titled(title), f"#align(center)[{group}]",
            "通信作者：王演示，演示大学附属医院内科，演示市 100000，Email：demo\\@demo.cn",
            f"【摘要】　{abstract}", "【关键词】　受体；　专家共识",
            self._dated([("王演示", ""), ("李示例", "")]),
        ]  # fmt: skip
        self.facts.fields["doi"] = self.doi
        parts = [self._opening_plain()]
        count = 0
        for at in range(self.chance.randint(2, 4)):
            parts += [self._heading((at + 1,)), self._paragraph()]
            for _ in range(2):
                count += 1
                text = f"【推荐意见{count}】{self._prose(1)}（证据等级：1A，推荐强度：强）"
                self.made.flow.append(text)
                parts += [f"{_HEI}[{text}]\n\n", self._paragraph()]
        experts = "执笔：王演示（演示大学附属医院内科）、李示例（示例省人民医院肿瘤科）"
        parts.append(f"#text(size: 0.84em)[{experts}]\n\n")
        self.made.source = "\n".join(
            (settings, self._band("\n\n".join(front)), "".join(parts), self._cited())
        )
        return self.made

    def _cases(self) -> Made:
        """Two case reports on one page, the second with a jump to the foot of a later page."""
        self._kind("case reports")
        settings = self._settings()
        parts = []
        for at in range(2):
            names = self._names()[:3]
            title = f"{self._label()}合并{self._label()}{at + 1}例"
            if at:
                self.made.headings.append(title)
                self.made.flow.append("")
            head = f'#align(center, text(font: "Noto Sans SC", size: 15pt)[{title}])'
            if not at:
                self.made.title = title
                self.facts.fields |= {
                    "title": title, "authors": tuple(name for name, _ in names),
                    "keywords": ("受体", "病例报告"),
                }  # fmt: skip
            printed = "　".join(name for name, _ in names)
            parts.append(
                f"#block[#set par(first-line-indent: 0pt)\n{head}\n\n"
                f"#align(center)[{printed}]\n\n【关键词】　受体；　病例报告\n\n]\n"
            )
            story = f"患者　男，{self.chance.randint(30, 80)}岁。{self._prose(2)}"
            self.made.flow.append(story)
            said = "讨论" if self.chance.random() < 0.5 else "讨　论"
            talk = self._prose(3)
            self.made.headings.append(said)
            self.made.flow += [said, talk]
            parts.append(
                f"{story}\n\n#block(above: 1em, below: 0.8em, sticky: true)[{_HEI}[{said}]]\n"
                f"{talk}\n\n"
            )
            if not at:
                jump = "（下转第123页）"
                self.made.aside.append(jump)
                parts.append(f"#align(right)[{jump}]\n\n")
        self.made.source = "\n".join((settings, "".join(parts), self._cited()))
        return self.made

    def make(self) -> Made:
        """Return the document."""
        return self.form()
