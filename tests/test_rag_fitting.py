"""Fits and measures on made-up data whose answer is known."""

from __future__ import annotations

import json

import numpy as np
import pytest
from small_lexicon import small_lexicon

from ingest.errors import SettingsError
from rag.abstention import Judge, load_models, model_from
from rag.answer_forms import form_unsaid
from rag.calibration import Example, auroc, cross_validated, false_at, fit
from rag.evidence import FEATURES, Evidence
from rag.kinds import fit_of, unsaid
from rag.question import analyse
from rag.question_sets import QuestionSet, SetQuestion, read_set, read_text_document
from rag.ranking import COLUMNS, Listed, accuracy, fit_weights, load_weights
from rag.records import Status


def lists(column: str, count: int = 80) -> list[Listed]:
    """Return questions whose answer is the candidate with the largest value in a column."""
    rng = np.random.default_rng(7)
    out = []
    for number in range(count):
        matrix = rng.normal(size=(12, len(COLUMNS)))
        holds = np.zeros(12, bool)
        holds[matrix[:, COLUMNS.index(column)].argmax()] = True
        out.append(Listed(matrix, np.zeros(12, bool), holds, "made-up", str(number)))
    return out


def test_fit_finds_the_signal_that_matters():
    listed = lists("rest")
    weights = fit_weights(listed, ridge=0.1)
    assert COLUMNS[int(np.abs(weights[0]).argmax())] == "rest"
    assert not weights[1].any()
    assert accuracy(listed, weights)[0] > 0.95
    assert accuracy(listed, np.zeros_like(weights))[0] < 0.5


def test_shipped_weights_are_whole():
    for mode in ("same", "cross"):
        weights = load_weights(mode)
        assert weights.shape == (len(COLUMNS),)
        assert np.isfinite(weights).all()


def examples(count: int = 200) -> list[Example]:
    rng = np.random.default_rng(3)
    out = []
    for number in range(count):
        kind = ("answerable", "absent", "off")[number % 3]
        values = rng.normal(size=len(FEATURES))
        values[FEATURES.index("z")] += 3 if kind == "answerable" else 0
        out.append(Example("zh-zh", tuple(values), kind, "made-up", str(number)))
    return out


def test_thresholds_let_one_in_twenty_through():
    seen = examples(600)
    value = fit(seen)["directions"]["zh-zh"]
    model = model_from(value)
    wrong = [model.probability(e.features) for e in seen if e.kind != "answerable"]
    assert np.mean([p >= model.answered for p in wrong]) <= 0.06
    assert model.partly <= model.answered
    right = [model.probability(e.features) for e in seen if e.kind == "answerable"]
    assert np.mean([p >= model.answered for p in right]) > 0.8


def test_cross_validation_judges_each_set():
    rows = {kind: area for _, kind, area, *_ in cross_validated(examples(600))}
    assert rows["absent"] > 0.9


def test_measures():
    assert auroc([2, 3], [0, 1]) == 1
    assert auroc([1, 1], [1, 1]) == 0.5
    assert false_at(list(range(100)), [-1, 4, 50, 60]) == 0.5


@pytest.mark.parametrize(
    ("kind", "text", "fits"),
    [
        ("number", "人类已知有 24 种整合素", True),
        ("number", "整合素是跨膜受体", False),
        ("classes", "按照 eGFR 可分为 G1 至 G5 五期", True),
        ("classes", "1 型糖尿病患者不适用", False),
        ("when", "1889 年提出", True),
        ("when", "很早就受到注意", False),
        ("who", "英国外科医生 Stephen Paget 提出", True),
        ("mechanism", "激活 FAK", False),
    ],
)
def test_kinds_show_themselves(kind, text, fits):
    assert bool(fit_of(kind, text)) is fits


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (
            "糖尿病肾病是什么？",
            "糖尿病肾病（diabetic kidney disease，DKD）是由糖尿病引起的慢性肾脏病",
        ),
        ("什么是EMT", "这种由上皮向间质转变的过程称为 EMT"),
        ("What is diabetic kidney disease?", "Diabetic kidney disease (DKD) is a complication"),
    ],
)
def test_what_a_thing_is_fits_better_than_what_it_has(question, text):
    assert fit_of("definition", text, question) > fit_of("definition", "它是一种疾病", question) > 0


def test_a_set_is_thinned_evenly():
    questions = tuple(SetQuestion(str(n), str(n), "zh", (), frozenset()) for n in range(10))
    kept = QuestionSet("set", {}, questions).thinned(4)
    assert [q.id for q in kept.questions] == ["0", "3", "6", "9"]
    assert len(QuestionSet("set", {}, questions).thinned(None).questions) == 10


def test_a_folder_without_queries_is_refused(tmp_path):
    (tmp_path / "corpus.jsonl").write_text('{"_id": "a", "title": "", "text": "文"}\n')
    with pytest.raises(SettingsError, match="BEIR"):
        read_set(tmp_path)


def test_a_set_is_read_with_its_gold(tmp_path):
    (tmp_path / "corpus.jsonl").write_text(
        json.dumps({"_id": "a", "title": "题", "text": "第一段。\n第二段。"}), encoding="utf-8"
    )
    (tmp_path / "queries.jsonl").write_text(
        json.dumps({"_id": "1", "text": "问？", "lang": "zh", "answers": ["第二"]})
        + "\n"
        + json.dumps({"_id": "2", "text": "why?"}),
        encoding="utf-8",
    )
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n1\ta\t1\n2\ta\t0\n")
    read = read_set(tmp_path)
    assert read.questions[0].gold == {"a"}
    assert read.questions[0].answers == ("第二",)
    assert read.questions[1].gold == frozenset()
    assert read.questions[1].language == "en"


def test_a_corpus_entry_becomes_a_paper_with_places(tmp_path):
    file = tmp_path / "0.json"
    file.write_text(json.dumps({"_id": "a", "title": "题", "text": "第一段。\n\nSecond."}))
    document = read_text_document(file)
    assert [block.text for block in document.blocks] == ["第一段。", "Second."]
    assert [block.language for block in document.blocks] == ["zh", "en"]
    assert document.paper.file == "a"
    for block in document.blocks:
        assert len(block.spans[0].edges) == len(block.text) + 1


@pytest.mark.parametrize(
    ("question", "fits", "lacking"),
    [
        ("什么是外泌体？", [0.3, 0.0], "定义"),
        ("外泌体的定义是什么？", [0.0], "定义"),
        ("什么是外泌体？", [0.3, 1.0], ""),
        ("What are exosomes?", [0.3], "definition"),
        ("What are common adverse effects?", [0.3], ""),
        ("什么是常见不良反应？", [0.3], ""),
        ("硫醚的通式是什么？", [0.3], ""),
        ("慢性肾脏病分为几期？", [0.0, 0.0], "分类"),
        ("慢性肾脏病分为几期？", [0.0, 0.6], ""),
    ],
)
def test_only_what_is_asked_for_and_not_said_is_lacking(question, fits, lacking):
    asked = analyse(question)
    assert unsaid(asked.search, asked.kind, asked.language, fits) == lacking


@pytest.mark.parametrize(
    ("question", "texts", "lacking"),
    [
        ("百分之几的患者出现腹泻？", ["该药常引起腹泻。"], "百分比"),
        ("百分之几的患者出现腹泻？", ["腹泻见于 18.2% 的患者。"], ""),
        ("剂量为 5 mg 时腹泻率是多少？", ["该药剂量为 5 mg。"], "百分比"),
        ("What percentage had diarrhoea?", ["腹泻较为少见。", "三成患者腹泻。"], ""),
        ("该药在哪一年获批？", ["该药已获批用于肺癌。"], "年份"),
        ("该药在哪一年获批？", ["该药于 2019 年获批。"], ""),
        ("2019 年之前该药在哪一年获批？", ["2019 年之前该药未上市。"], "年份"),
        ("停药后多长时间可以恢复哺乳？", ["停药后可以恢复哺乳。"], "时间长短"),
        ("停药后多长时间可以恢复哺乳？", ["停药 24 h 后可以恢复哺乳。"], ""),
        ("左旋多巴的发明者是谁？", ["左旋多巴在脑内转化为多巴胺。"], "人物"),
        ("左旋多巴的发明者是谁？", ["左旋多巴由阿尔维德·卡尔森用于治疗。"], ""),
        ("青蒿素是谁发现的？", ["屠呦呦从黄花蒿中提取了青蒿素。"], ""),
        ("Who discovered levodopa?", ["左旋多巴在脑内转化为多巴胺。"], "person"),
        ("左旋多巴有什么作用？", ["左旋多巴在脑内转化为多巴胺。"], ""),
    ],
)
def test_a_form_of_answer_is_lacking_where_no_sentence_has_it(question, texts, lacking):
    asked = analyse(question)
    assert form_unsaid(asked.search, asked.language, texts, small_lexicon()) == lacking


def test_a_question_whose_form_of_answer_is_lacking_is_not_answered():
    models = load_models()
    judge, sure = (
        Judge(models),
        tuple(
            m + 2 * s if w > 0 else m
            for m, s, w in zip(
                models["zh-zh"].mean, models["zh-zh"].scale, models["zh-zh"].weights, strict=True
            )
        ),
    )
    asked = analyse("左旋多巴的发明者是谁？")
    assert judge.verdict(asked, Evidence("zh-zh", sure)).status is Status.ANSWERED
    lacking = judge.verdict(asked, Evidence("zh-zh", sure, unsaid="人物"))
    assert (lacking.status, lacking.missing) == (Status.PARTLY, ("人物",))
