"""What an embedding learns of requests comes out of its installed variant."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from tests.embeddings.small_bert import TOKENS, save_folder, weights
from voice.embeddings import Embedder
from voice.models.changes import in_int8
from voice.models.difference import merge, save_difference
from voice.models.download import hash_of
from voice.models.embeddings import convert_beside
from voice.tokenizer_files import read_tokenizer

pytestmark = pytest.mark.torch

TEXTS = ["my bill", "the house", "your card number is the number of my card", "tree"]


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = save_folder(tmp_path / "base", weights())
    convert_beside(folder, "bert")
    return folder


def test_what_was_learned_is_what_the_merged_model_says(base: Path, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from training.encoder.network import Encoder

    torch.manual_seed(0)
    network, tokenizer = Encoder(base, rank=2), read_tokenizer(base / "tokenizer.json")
    rows = [tokenizer.encode(text).ids for text in TEXTS]
    with torch.no_grad():
        before = network(rows).numpy()
        for name, value in network.named_parameters():
            if name.endswith(".out"):
                value.normal_(0, 0.2)
        after = network(rows).numpy()
    made = tmp_path / "made"
    made.mkdir()
    for file in base.iterdir():
        (made / file.name).write_bytes(file.read_bytes())
    difference = tmp_path / "difference.safetensors"
    save_difference(difference, hash_of(base / "model.bin"), in_int8(network.difference()), {})
    merge(base / "model.bin", difference, made / "model.bin")

    plain, merged = Embedder.load(base), Embedder.load(made)
    assert np.all(np.sum(plain.embed(TEXTS) * before, axis=1) > 0.99)
    assert np.all(np.sum(merged.embed(TEXTS) * after, axis=1) > 0.99)
    assert np.all(np.sum(before * after, axis=1) < 0.95)
    plain.close()
    merged.close()


def test_a_step_brings_a_company_nearer_to_being_read_rightly(base: Path) -> None:
    torch = pytest.importorskip("torch")
    from training.encoder.company_files import Company
    from training.encoder.episodes import Episodes
    from training.encoder.network import Encoder
    from training.encoder.ridge import Ridge

    def said(word: str) -> dict[str, list[str]]:
        words = [one for one in TOKENS[3:] if one.isalpha()]
        chance = random.Random(word)
        return {"en": [f"{word} {' '.join(chance.sample(words, 3))}" for _ in range(14)]}

    requests = {word: said(word) for word in ("bill", "card", "house")}
    roles = {name: {"en": said(name)["en"], "fr": []} for name in ("tree", "number")}
    companies = [Company("made up", requests, {"en": ["the tree", "a tree of my house"]})]
    episodes = Episodes(companies, Company("roles", roles, {}), seed=1)
    torch.manual_seed(0)
    network, ridge = Encoder(base, rank=4), Ridge()
    tokenizer = read_tokenizer(base / "tokenizer.json")
    episode = episodes.next()
    rows = [tokenizer.encode(text).ids for text in (*episode.examples, *episode.read)]
    optimizer = torch.optim.AdamW([*network.parameters(), *ridge.parameters()], 1e-2)
    losses = []
    for _ in range(8):
        vectors = network(rows)
        count = len(episode.examples)
        loss = sum(ridge(episode, vectors[:count], vectors[count:]).values())
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.9 * losses[0]
