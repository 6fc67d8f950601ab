"""A Llama is a dense gpt-oss: from a folder of transformers or from llama.cpp's file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Tokenizer, decoders, pre_tokenizers
from tokenizers.models import BPE

from voice.errors import ModelError
from voice.models.gpt_oss import WantedConversion, convert
from voice.tokenizer_files import read_tokenizer

WIDTH, INNER, LAYERS, HEADS, KEY_HEADS, HEAD = 64, 96, 2, 4, 2, 16
CONTROL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *(f"<spare_{n}>" for n in range(6))]
MERGES = [("Ġ", "h"), ("e", "l"), ("l", "o"), ("el", "lo"), ("Ġh", "ello")]


def tokenizer(control: list[str]) -> Tokenizer:
    words = sorted(pre_tokenizers.ByteLevel.alphabet()) + ["".join(pair) for pair in MERGES]
    made = Tokenizer(BPE({token: row for row, token in enumerate(control + words)}, MERGES))
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(control)
    return made


def tensors(vocabulary: int) -> dict[str, NDArray[np.float32]]:
    random = np.random.default_rng(2)

    def weights(*shape: int) -> NDArray[np.float32]:
        return np.asarray(random.normal(0, WIDTH**-0.5, shape), np.float32)

    found = {
        "model.embed_tokens.weight": weights(vocabulary, WIDTH) * 8,
        "model.norm.weight": 1 + weights(WIDTH),
    }
    for layer in range(LAYERS):
        for name, shape in {
            "input_layernorm": (WIDTH,), "post_attention_layernorm": (WIDTH,),
            "self_attn.q_proj": (HEADS * HEAD, WIDTH), "self_attn.o_proj": (WIDTH, HEADS * HEAD),
            "self_attn.k_proj": (KEY_HEADS * HEAD, WIDTH),
            "self_attn.v_proj": (KEY_HEADS * HEAD, WIDTH),
            "mlp.gate_proj": (INNER, WIDTH), "mlp.up_proj": (INNER, WIDTH),
            "mlp.down_proj": (WIDTH, INNER),
        }.items():  # fmt: skip
            found[f"model.layers.{layer}.{name}.weight"] = weights(*shape) + (len(shape) == 1)
    return found


def save_llama(folder: Path, control: list[str], **changes: Any) -> Path:
    """As transformers saves it."""
    folder.mkdir()
    made = tokenizer(control)
    made.save(str(folder / "tokenizer.json"))
    config = {
        "model_type": "llama", "vocab_size": made.get_vocab_size(), "hidden_size": WIDTH,
        "intermediate_size": INNER, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
        "num_key_value_heads": KEY_HEADS, "rms_norm_eps": 1e-5, "max_position_embeddings": 512,
        "rope_theta": 10000.0, "tie_word_embeddings": True, "hidden_act": "silu",
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps({**config, **changes}))
    save_file(tensors(made.get_vocab_size()), folder / "model.safetensors")
    return folder


def in_turns(weight: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Queries and keys as llama.cpp keeps them: the two halves of each head in turns."""
    return weight.reshape(heads, 2, HEAD // 2, WIDTH).swapaxes(1, 2).reshape(weight.shape)


def save_gguf(file: Path, control: list[str], *, architecture: str = "llama") -> Path:
    """The same network as llama.cpp's converter writes it."""
    made = tokenizer(control)
    names = [str(made.id_to_token(row)) for row in range(made.get_vocab_size())]
    writer = gguf.GGUFWriter(file, architecture)
    writer.add_context_length(512)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEY_HEADS)
    writer.add_rope_freq_base(10000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(names)
    writer.add_token_types([3 if name in control else 1 for name in names])
    writer.add_token_merges([" ".join(pair) for pair in MERGES])
    own = {
        "model.embed_tokens": "token_embd", "model.norm": "output_norm",
        "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
        "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
        "mlp.down_proj": "ffn_down",
    }  # fmt: skip
    for name, weight in tensors(len(names)).items():
        place = name.removesuffix(".weight")
        block = ""
        if place.startswith("model.layers."):
            layer, _, place = place.removeprefix("model.layers.").partition(".")
            block = f"blk.{layer}."
        if place.endswith(("q_proj", "k_proj")):
            weight = in_turns(weight, HEADS if "q_proj" in place else KEY_HEADS)
        writer.add_tensor(f"{block}{own[place]}.weight", np.ascontiguousarray(weight))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file


def test_a_folder_and_a_gguf_file_of_one_network_convert_alike(tmp_path: Path) -> None:
    convert(save_llama(tmp_path / "llama", CONTROL), tmp_path / "first", WantedConversion())
    (tmp_path / "pulled").mkdir()
    save_gguf(tmp_path / "pulled" / "llama.gguf", CONTROL)

    convert(tmp_path / "pulled", tmp_path / "second", WantedConversion())

    for name in ("model.bin", "vocabulary.json"):
        folders = tmp_path / "first", tmp_path / "second"
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes(), name
    first, second = (
        read_tokenizer(tmp_path / folder / "tokenizer.json") for folder in ("first", "second")
    )
    text = "<|start|>user<|message|> hello 42 ümlaut<|end|>"
    assert first.encode(text).tokens == second.encode(text).tokens
    assert "Ġhello" in first.encode(text).tokens and "42" not in first.encode(text).tokens


def test_it_needs_no_prefix_and_says_so(tmp_path: Path) -> None:
    convert(save_llama(tmp_path / "llama", CONTROL), tmp_path / "dense", WantedConversion())

    found = json.loads((tmp_path / "dense" / "voice.json").read_text())
    assert found["prefix_tokens"] == [] and found["sliding_window"] is None
    assert found["context_length"] == 512


def test_harmony_takes_the_places_of_control_tokens(tmp_path: Path) -> None:
    convert(save_llama(tmp_path / "llama", CONTROL), tmp_path / "dense", WantedConversion())

    tokens = json.loads((tmp_path / "dense" / "vocabulary.json").read_text())
    assert tokens[:3] == ["<|endoftext|>", "<|start|>", "<|end|>"]
    assert {"<|return|>", "<|constrain|>", "<|channel|>", "<|message|>", "<|call|>"} == {
        *tokens[3:8]
    }
    assert tokens[8:] == [tokenizer(CONTROL).id_to_token(row) for row in range(8, len(tokens))]


def test_too_few_control_tokens_are_said(tmp_path: Path) -> None:
    llama = save_llama(tmp_path / "llama", CONTROL[:5])

    with pytest.raises(ModelError, match="2 control tokens to spare, Harmony needs 5"):
        convert(llama, tmp_path / "dense", WantedConversion())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hidden_act": "gelu"}, "hidden_act 'gelu' cannot be converted"),
        ({"rope_scaling": {"rope_type": "llama3", "factor": 8.0}}, "of the kind 'llama3'"),
    ],
)
def test_another_network_is_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    llama = save_llama(tmp_path / "llama", CONTROL, **changes)

    with pytest.raises(ModelError, match=message):
        convert(llama, tmp_path / "dense", WantedConversion())


def test_a_gguf_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    file = save_gguf(tmp_path / "other.gguf", CONTROL, architecture="qwen2")

    with pytest.raises(ModelError, match=r"other\.gguf: not a Llama: its architecture is 'qwen2'"):
        convert(file, tmp_path / "dense", WantedConversion())


def test_a_gguf_file_whose_sizes_are_not_those_of_its_tensors_is_refused(tmp_path: Path) -> None:
    file = save_gguf(tmp_path / "llama.gguf", CONTROL)
    key = b"llama.attention.head_count_kv"
    damaged = bytearray(file.read_bytes())
    damaged[damaged.index(key) + len(key) + 4] = HEADS
    file.write_bytes(damaged)

    with pytest.raises(
        ModelError, match=r"k_proj\.weight has the shape \(32, 64\), not \(64, 64\)"
    ):
        convert(file, tmp_path / "dense", WantedConversion())


def test_a_gguf_file_with_a_damaged_name_is_refused(tmp_path: Path) -> None:
    file = save_gguf(tmp_path / "llama.gguf", CONTROL)
    file.write_bytes(file.read_bytes().replace(b"<spare_0>", b"<spare_\xff>"))

    with pytest.raises(ModelError, match=r"tokenizer\.ggml\.tokens is damaged"):
        convert(file, tmp_path / "dense", WantedConversion())


@pytest.mark.parametrize("kept", [0, 3, 40, 2000])
def test_a_gguf_file_that_is_cut_off_is_refused(tmp_path: Path, kept: int) -> None:
    file = save_gguf(tmp_path / "llama.gguf", CONTROL)
    file.write_bytes(file.read_bytes()[:kept])

    with pytest.raises(ModelError, match=r"llama\.gguf: "):
        convert(file, tmp_path / "dense", WantedConversion())


@pytest.mark.torch
@pytest.mark.parametrize("form", ["ctranslate2", "checkpoint"])
def test_it_gives_the_logits_of_the_llama(tmp_path: Path, form: str) -> None:
    torch = pytest.importorskip("torch", reason="needs the train extra: pip install -e '.[train]'")
    from transformers import GptOssForCausalLM, LlamaForCausalLM

    source, target = save_llama(tmp_path / "llama", CONTROL), tmp_path / "dense"
    llama = LlamaForCausalLM.from_pretrained(source, attn_implementation="eager").eval()
    ids = np.random.default_rng(3).integers(0, llama.config.vocab_size, 40).tolist()
    with torch.no_grad():
        expected = llama(torch.tensor([ids])).logits[0].numpy()

    if form == "checkpoint":
        convert(source, target, WantedConversion(precision="float32", form="checkpoint"))
        model = GptOssForCausalLM.from_pretrained(target, attn_implementation="eager").eval()
        with torch.no_grad():
            found = model(torch.tensor([ids])).logits[0].numpy()
        shutil.rmtree(source)
        source, target = target, tmp_path / "again"
    convert(source, target, WantedConversion(precision="float32"))
    import ctranslate2

    tokens = json.loads((target / "vocabulary.json").read_text())
    generator = ctranslate2.Generator(str(target), compute_type="float32", intra_threads=1)
    prompt = [tokens[row] for row in ids]
    written = np.array(generator.forward_batch([prompt], return_log_probs=False))[0]
    del generator

    assert float(np.std(expected)) > 0.5
    np.testing.assert_allclose(written, expected, atol=1e-3)
    if form == "checkpoint":
        np.testing.assert_allclose(found, expected, atol=1e-3)
