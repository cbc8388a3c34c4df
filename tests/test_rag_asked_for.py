"""The sentence that gives what is asked for goes before those that only name its subject."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag import Assistant
from rag.question_sets import set_library
from rag.selection import announces
from rag.settings import Settings

PLANT = (
    "目的：对青叶藤根的化学成分进行研究。",
    "方法：青叶藤根用65%乙醇回流提取，提取液经大孔树脂富集，得到青叶藤浸膏。",
    "结果：从青叶藤根的浸膏中分离得到16个化合物。",
    "青叶藤系青叶科植物青叶藤的干燥根，主要用于治疗风湿性关节炎和偏瘫。",
    "研究表明，青叶藤醇提物具有镇痛、抗炎、抗氧化的作用，其化学成分主要为三萜类化合物。",
    "化合物7：白色粉末，易溶于甲醇。",
    "以上数据与文献报道基本一致，故鉴定化合物7为橙皮苷。",
)
RIVER = (
    "长江是亚洲第一长河，发源于青藏高原，流经十一个省级行政区后注入东海。",
    "长江流域的年降水量约为1100毫米。",
)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder: Path = tmp_path_factory.mktemp("set")
    (folder / "qrels").mkdir()
    texts = {"plant": ("青叶藤化学成分研究", PLANT), "river": ("长江", RIVER)}
    rows = [{"_id": k, "title": t, "text": "\n".join(s)} for k, (t, s) in texts.items()]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    (folder / "queries.jsonl").write_text('{"_id": "q", "text": "?"}', "utf-8")
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\tplant\t1\n")
    return Assistant.open(set_library(folder, Settings(), cache=folder / "cache"))


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("青叶藤用于什么？", 3),
        ("青叶藤醇提物有哪些药理作用？", 4),  # no question for drugs (药)
        ("化合物7是什么？", 6),
        ("青叶藤研究的目的是什么？", 0),
    ],
)
def test_what_is_asked_for_goes_first(assistant, question, first):
    assert assistant.ask(question).sentences[0].text == PLANT[first]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("目的 探讨吉非替尼的疗效。", True),
        ("【目的】观察吉非替尼的疗效。", True),
        ("Objective To study the effect of gefitinib.", True),
        ("目的基因在肺癌中高表达。", False),
        ("Objective response rate was 30%.", False),
    ],
)
def test_the_aim_of_a_study_is_an_announcement(text, said):
    assert announces(text) is said
