"""``yinzheng search`` and ``yinzheng eval retrieval``, as a person calls them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from rag.evaluation import MEASURES
from ui.cli import main


@pytest.fixture
def search(sample_library: Path, capsys: pytest.CaptureFixture[str]):
    def run(*arguments: str) -> str:
        assert main(["search", *arguments, "--library", str(sample_library)]) == 0
        return capsys.readouterr().out

    return run


@pytest.mark.parametrize("question", ["肺癌肝转移的机制", "Why does lung cancer spread?"])
def test_search_explains_each_legs_part_of_the_score(search, question: str) -> None:
    lines = re.findall(r"score (\S+)  \((.*)\)", search(question, "-k", "3", "--explain"))
    assert len(lines) == 3
    for score, legs in lines:
        parts = dict(part.split(" ") for part in legs.split("  "))
        assert {"dense", "dense2"} < set(parts) <= {"dense", "dense2", "lexical", "dictionary"}
        assert float(score) == pytest.approx(sum(map(float, parts.values())), abs=0.003)
    assert "score" not in search(question, "-k", "3")


def test_search_in_json_with_filters(search) -> None:
    hits = json.loads(search("治疗", "-k", "20", "--json"))["hits"]
    assert {"score", "legs"} <= set(hits[0])
    years = {str(hit["paper"]["year"]) for hit in hits if hit["paper"]["year"]}
    assert years
    for year in years:
        found = json.loads(search("治疗", "-k", "20", "--json", "--year", year))["hits"]
        assert {str(hit["paper"]["year"]) for hit in found} == {year}
    assert json.loads(search("治疗", "--json", "--year", "1901-1902"))["hits"] == []
    assert json.loads(search("治疗", "--json", "--section", "没有这样的标题"))["hits"] == []


def test_eval_retrieval_tells_every_measure_of_every_leg(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("rag.question_sets.cache_folder", lambda: tmp_path / "cache")
    folder = tmp_path / "set"
    (folder / "qrels").mkdir(parents=True)
    texts = ["二甲双胍是2型糖尿病的一线口服降糖药物。", "长江发源于青藏高原，注入东海。"]
    rows = [{"_id": f"d{i}", "title": "", "text": text} for i, text in enumerate(texts)]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    (folder / "queries.jsonl").write_text('{"_id": "q", "text": "长江注入哪个海？"}', "utf-8")
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\td1\t1\n")
    assert main(["eval", "retrieval", str(folder), "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    for leg in ("dense", "dense2", "lexical", "fused"):
        assert set(value[leg]) == set(MEASURES)
        assert all(0 <= value[leg][measure] <= 1 for measure in MEASURES)
    assert value["fused"]["recall@1"] == 1
    assert set(MEASURES) == {"recall@1", "recall@5", "recall@10", "mrr@10", "ndcg@10"}
