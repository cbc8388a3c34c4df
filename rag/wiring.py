"""Settings and a snapshot -> the parts of an answer: encoders by leg, retriever, lexicon."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from index import embedding
from index.cross_encoder import CrossEncoderModel
from index.embedding import Embedder
from index.lexicon import load_lexicon
from index.snapshot import Snapshot
from ingest.errors import SnapshotMismatch
from ingest.folders import cache_folder
from rag.abstention import Judge
from rag.answering import Library
from rag.background import Background
from rag.gloss import Glossary
from rag.llm import Endpoint
from rag.ranking import MODES, load_weights
from rag.reranking import Reranker
from rag.retrieval import Retriever
from rag.settings import Settings
from rag.terms import Translator

OPENAI_HOST = "api.openai.com"


def load_encoders(settings: Settings) -> dict[str, Embedder]:
    """Return the encoders by leg, the leading one first. Raises ModelMissing."""
    loaded = embedding.load_encoders(
        settings.model,
        settings.second_model,
        backend=settings.backend,
        threads=settings.threads,
    )
    return dict(zip(embedding.LEGS, loaded, strict=False))


def check_encoders(snapshot: Snapshot, encoders: Mapping[str, Embedder]) -> None:
    """Raise SnapshotMismatch when a leg of ``snapshot`` was made by another model."""
    for info in snapshot.manifest.encoders:
        encoder = encoders.get(info.leg)
        if encoder is not None and encoder.fingerprint != info.fingerprint:
            made = f"{info.model} ({info.fingerprint})"
            runs = f"{encoder.name} ({encoder.fingerprint})"
            raise SnapshotMismatch(
                f"索引由 {made} 建立，现在的模型是 {runs}；"
                "请运行 yinzheng index --full，或改回该模型。",
                f"the index was made by {made}, the model is now {runs}; run yinzheng index "
                "--full or set that model.",
            )


def load_translator(library: Path) -> Translator:
    """Return the lexicon, with the user's own terms (``lexicon.tsv``) beside the library."""
    return load_lexicon(library)


def load_reranker(settings: Settings) -> Reranker | None:
    """Return the cross-encoder that is set, None when there is none. Raises ModelMissing."""
    if settings.reranker in ("", "none"):
        return None
    return CrossEncoderModel(settings.reranker, threads=settings.threads)


def load_endpoint(settings: Settings) -> Endpoint | None:
    """Return the language model's endpoint, None when none is set; nothing is sent yet.

    The key is ``llm_api_key``; local servers need none. OPENAI_API_KEY of the environment was
    given to OpenAI and goes to no other host.
    Raises SettingsError for an unusable address or a missing model name.
    """
    if not settings.llm_base_url:
        return None
    key = settings.llm_api_key
    if not key and urlsplit(settings.llm_base_url)[:2] == ("https", OPENAI_HOST):
        key = os.environ.get("OPENAI_API_KEY", "")
    return Endpoint(settings.llm_base_url, settings.llm_model, key, settings.llm_timeout)


def background(encoders: Mapping[str, Embedder]) -> Background:
    """Return the background questions, kept in the user's cache folder."""
    return Background(encoders, cache_folder() / "background")


def join(
    snapshot: Snapshot,
    encoders: Mapping[str, Embedder],
    questions: Background,
    translator: Translator | None,
    reranker: Reranker | None = None,
) -> Library:
    """Return what answers from ``snapshot``; only legs that both have are used."""
    check_encoders(snapshot, encoders)
    legs = {leg: encoders[leg] for leg in snapshot.legs if leg in encoders}
    return Library(
        snapshot=snapshot,
        retriever=Retriever(snapshot, questions, translator, legs),
        encoders=legs,
        background=questions,
        judge=Judge(lexicon=translator),
        glossary=Glossary(translator),
        weights={mode: load_weights(mode) for mode in MODES},
        translator=translator,
        reranker=reranker,
    )
