"""Retrieval through real models: both languages found, legs shown, filters kept, one paper spread."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.checks import write_sums
from index.lexical import LexicalIndex
from index.lexical_writer import LexicalWriter, merge_runs
from index.lexicon import Lexicon, compile_tables, read_table
from ingest.clean import search_text
from ingest.errors import ModelMissing
from rag import evaluation, fusion, wiring
from rag.answering import Library
from rag.evaluation import measures
from rag.expansion import Expander, in_chinese
from rag.filtering import Filter
from rag.numerals import number_forms
from rag.question import analyse
from rag.reranking import rerank
from rag.retrieval import Retriever
from rag.settings import Settings


@pytest.fixture(scope="module")
def library(sample_library: Path) -> Library:
    return evaluation.open_library(sample_library, Settings(library=sample_library))


@pytest.mark.parametrize(
    "text", ["肺癌为什么容易发生肝转移？", "Why does lung cancer metastasise to the liver?"]
)
def test_every_leg_has_its_part_of_the_score(library: Library, text: str) -> None:
    hits = library.hits(analyse(text), 5)
    words = "lexical" if text[0] > "z" else "dictionary"
    assert "肝" in hits[0].passage.text or "liver" in hits[0].passage.text
    for hit in hits:
        own = {"dense", "dense2", "lexical" if hit.passage.language == "en" else words}
        assert set(hit.legs) == (own if text[0] < "z" else set(hit.legs))
        assert hit.score == pytest.approx(sum(hit.legs.values()))
        start, end = hit.child
        assert 0 <= start < end <= len(hit.passage.text)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_a_leg_can_be_asked_alone(library: Library) -> None:
    question = analyse("糖尿病肾病的治疗")
    for leg in ("dense", "dense2", "lexical"):
        hits = library.hits(question, 3, legs=(leg,))
        assert hits and all(set(hit.legs) == {leg} for hit in hits if hit.passage.language == "zh")


def test_nothing_to_match_keeps_the_words_silent(library: Library) -> None:
    hits = library.hits(analyse("Zzyzx qwrtpl"), 5)
    assert hits
    assert all(hit.legs.get("dictionary", hit.legs.get("lexical")) == 0 for hit in hits)


def test_filters(library: Library) -> None:
    question = analyse("治疗")
    paper, other = list(library.snapshot.papers)[:2]
    only = library.hits(question, 50, Filter(papers=frozenset([paper])))
    assert only and {hit.paper.id for hit in only} == {paper}
    year = library.snapshot.papers[other].year
    if year:
        dated = library.hits(question, 50, Filter(years=(year, year)))
        assert dated and {hit.paper.year for hit in dated} == {year}
    heading = next(hit.passage.section[-1] for hit in only if hit.passage.section)
    under = library.hits(question, 50, Filter(section=heading))
    assert under and all(any(heading in h for h in hit.passage.section) for hit in under)
    assert library.hits(question, 5, Filter(papers=frozenset(["no such paper"]))) == ()


def test_broad_questions_bring_several_papers(library: Library) -> None:
    hits = library.hits(analyse("有哪些治疗方法？"), 8)
    assert len({hit.paper.id for hit in hits}) > 1


def index_of(folder: Path, *texts: str) -> LexicalIndex:
    writer = LexicalWriter(folder / "runs")
    lengths = [writer.add(text) for text in texts]
    writer.flush()
    merge_runs(folder / "runs", np.array(lengths, np.float32), folder)
    write_sums(folder)
    return LexicalIndex(folder)


LEXICON = Lexicon(
    compile_tables(
        read_table(
            "type\tzh\ten\tzh_synonyms\ten_synonyms\tabbreviations\n"
            "disease\t非小细胞肺癌\tnon-small cell lung cancer\t\t\tNSCLC\n",
            "table",
        )
    )
)


def best(index: LexicalIndex, text: str, language: str = "zh") -> list[int]:
    expander = Expander(LEXICON, index)
    return index.top(expander.groups(analyse(text), language), 10)[0].tolist()


def test_english_questions_find_chinese_words(tmp_path: Path) -> None:
    index = index_of(
        tmp_path / "i", "非小细胞肺癌的预后", "NSCLC患者的生存期", "华沙是首都", "胡格诺派教徒",
        "20世纪90年代的人口", "三百万人口",
    )  # fmt: skip
    assert set(best(index, "What is the prognosis of non-small-cell lung cancer?")[:2]) == {0, 1}
    assert best(index, "What is the capital, Warsaw?")[0] == 2
    # A name outside every dictionary, spelt by its sound.
    assert best(index, "Who were the Huguenots?") == [3]
    assert best(index, "How many people in the 1990s?")[0] == 4


def test_an_english_question_is_told_to_the_encoder_in_chinese_too(library: Library) -> None:
    question, told = analyse("What drives liver metastasis of lung cancer?"), []

    class Listening:
        def embed_queries(self, texts):
            told.extend(texts)
            return library.encoders["dense"].embed_queries(texts)

    vectors = library.vectors(question)
    retriever = Retriever(
        library.snapshot, library.background, library.translator, {"dense": Listening()}
    )
    with_words = retriever.judged(question, vectors)["zh"]
    without = library.retriever.judged(question, vectors, ("dense", "dense2"))["zh"]
    assert len(told) == 1 and "肺癌" in told[0] and told[0].startswith(question.search)
    mean = retriever._translated[question.search]
    own = library.encoders["dense"].embed_queries(told)[0]
    assert mean @ vectors["dense"] == pytest.approx(float(mean @ own), abs=1e-3)
    assert np.linalg.norm(mean) == pytest.approx(1, abs=1e-5)
    column = with_words[1].names.index("dense.child")
    assert with_words[1].values[:, column].max() != without[1].values[:, column].max()
    # Nothing is told twice, nothing for Chinese questions, and nothing where words are left out.
    retriever.judged(question, vectors)
    retriever.judged(question, vectors, ("dense",))
    chinese = analyse("肺癌肝转移的机制是什么？")
    retriever.judged(chinese, library.vectors(chinese))
    assert len(told) == 1


def test_chinese_words_of_a_question() -> None:
    groups = [
        {"转移": 1.0, "播散": 0.8, "移": 2.0, "扩散": 0.1},
        {"小细 细胞 胞肺 肺癌": 1.0, "sclc": 0.5},
        {"1990": 1.0},
    ]
    assert in_chinese(groups) == "转移 播散 小细胞肺癌"


def test_a_leg_without_weight_is_silent(library: Library, monkeypatch) -> None:
    full = "dense+dense2+lexical"
    weights = {name: {full: own["dense+lexical"]} for name, own in fusion.all_weights().items()}
    monkeypatch.setattr(fusion, "all_weights", lambda: weights)
    hit = library.hits(analyse("肺癌肝转移的机制是什么？"), 1)[0]
    assert hit.legs["dense2"] == 0 and hit.legs["dense"] > 0
    assert hit.score == pytest.approx(sum(hit.legs.values()))


def test_synonyms_across_and_within_languages(tmp_path: Path) -> None:
    index = index_of(tmp_path / "i", "NSCLC患者", "Patients with non-small cell lung cancer")
    assert best(index, "非小细胞肺癌")[0] == 0
    assert 1 in best(index, "非小细胞肺癌", "en")


def test_a_patient_asks_with_single_characters(tmp_path: Path) -> None:
    # No pair of characters and no name is in both.
    index = index_of(tmp_path / "i", "手脚出汗", "夜间吃些饼干，胃便不再疼痛", "眼睛干涩")
    assert best(index, "半夜饿了胃疼，吃饼就好") == [1]
    assert best(index, "胃老是疼")[0] == 1


@pytest.mark.parametrize(
    ("text", "form"),
    [("in the 1990s", "90年代"), ("the 19th century", "十九世纪"), ("2.5 million people", "250万"),
     ("on 3 May", "5月"), ("Super Bowl XXXIII", "33"), ("the 5th day", "第五"), ("1,200 cases", "1200"),
     ("30000 people", "3万")],
)  # fmt: skip
def test_numbers_and_dates_in_chinese(text: str, form: str) -> None:
    assert form in {f for _, _, forms in number_forms(text) for f in forms}


def test_measures() -> None:
    assert measures(["a", "b"], frozenset(["b"])) == pytest.approx([0, 1, 1, 0.5, 1 / 1.5849625])
    assert measures(["x"], frozenset(["b"])) == [0, 0, 0, 0, 0]
    assert measures(["b"], frozenset(["b", "c"]))[:3] == [0.5, 0.5, 0.5]


def test_a_beir_folder_is_measured_through_the_product(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The models stay where they are; only the folder's library is made here.
    monkeypatch.setattr("rag.question_sets.cache_folder", lambda: tmp_path / "cache")
    folder = tmp_path / "set"
    (folder / "qrels").mkdir(parents=True)
    texts = [
        "吉非替尼是表皮生长因子受体酪氨酸激酶抑制剂，用于晚期非小细胞肺癌的靶向治疗。",
        "长江是亚洲第一长河，发源于青藏高原，流经十一个省级行政区后注入东海。",
        "酵母在无氧条件下把葡萄糖分解为乙醇和二氧化碳，这一过程称为酒精发酵。",
    ]
    rows = [{"_id": f"d{i}", "title": "", "text": text} for i, text in enumerate(texts)]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    asked = [("q0", "吉非替尼治疗什么病？"), ("q1", "Where does the Yangtze River rise?")]
    queries = [{"_id": name, "text": text} for name, text in asked]
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)), "utf-8")
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq0\td0\t1\nq1\td1\t1\n")
    value = evaluation.evaluate_folder(folder, Settings())
    assert value["questions"] == 2 and value["passages"] == 3
    assert value["fused"]["recall@1"] == value["fused"]["ndcg@10"] == 1
    assert {"dense", "dense2", "lexical", "fused"} <= set(value)
    assert value["intervals"]["fused"]["ndcg@10"] == (1, 1)


class Shortest:
    """A reranker that likes short passages."""

    def relevance(self, question: str, passages: list[str]) -> np.ndarray:
        return np.array([-float(len(passage)) for passage in passages])


def test_a_reranker_orders_the_first_hits(library: Library) -> None:
    question = analyse("糖尿病肾病的治疗")
    plain = library.hits(question, 30)
    again = rerank(question, plain, Shortest())
    lengths = [len(search_text(hit.passage.text, hit.passage.marks)) for hit in again[:20]]
    assert {hit.row for hit in again[:20]} == {hit.row for hit in plain[:20]}
    assert lengths == sorted(lengths) and again[20:] == plain[20:]
    assert all("reranker" in hit.legs for hit in again[:20])
    chosen = replace(library, reranker=Shortest()).hits(question, 1)
    assert chosen[0].row == again[0].row


@pytest.mark.slow
def test_a_cross_encoder_from_a_folder(tmp_path: Path, library: Library) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"糖尿病肾的治疗"]
    tokenizer = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", model_max_length=64
    ).save_pretrained(tmp_path)
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, num_labels=1,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(tmp_path)
    reranker = wiring.load_reranker(Settings(reranker=str(tmp_path)))
    assert reranker is not None
    hits = rerank(analyse("糖尿病"), library.hits(analyse("糖尿病"), 5), reranker)
    scores = [hit.legs["reranker"] for hit in hits]
    assert len(scores) == 5 and scores == sorted(scores, reverse=True)


def test_a_reranker_that_is_not_there_is_named() -> None:
    with pytest.raises(ModelMissing, match="no/such/model"):
        wiring.load_reranker(Settings(reranker="no/such/model"))
    assert wiring.load_reranker(Settings()) is None
