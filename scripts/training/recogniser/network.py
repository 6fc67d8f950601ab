"""The network: Whisper, phone classifiers on its encoder, and guidance of its attention."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import GenerationConfig, WhisperConfig, WhisperForConditionalGeneration
from transformers.utils import logging

from training.recogniser.vocabulary import Vocabulary

logging.disable_progress_bar()

INVENTORIES = ("e", "f")
MOST_PHONES = 160


@dataclass(frozen=True)
class Size:
    """The measures of a network that begins from nothing."""

    width: int = 192
    encoder_layers: int = 4
    decoder_layers: int = 2


class Recogniser(nn.Module):
    """Whisper with one frame-wise phone classifier per phone inventory.

    The classifiers teach the encoder what is spoken when; they are not exported.
    """

    def __init__(self, whisper: WhisperForConditionalGeneration, vocabulary: Vocabulary) -> None:
        super().__init__()
        self.whisper = whisper
        self.vocabulary = vocabulary
        self.phone_heads = nn.ModuleDict(
            {name: nn.Linear(whisper.config.d_model, MOST_PHONES) for name in INVENTORIES}
        )
        self.phones: dict[str, dict[str, int]] = {name: {"": 0} for name in INVENTORIES}
        self._cross_attention: list[Tensor] = []
        self._watch_cross_attention()
        self._quicken_encoder()
        whisper.config.use_cache = False
        # The sinusoids are constants, and loading makes them trainable.
        whisper.model.encoder.embed_positions.weight.requires_grad_(False)

    @classmethod
    def new(cls, vocabulary: Vocabulary, size: Size) -> Recogniser:
        """A network that knows nothing yet."""
        end = vocabulary.end
        config = WhisperConfig(
            vocab_size=vocabulary.tokenizer.get_vocab_size(), num_mel_bins=80,
            d_model=size.width, encoder_layers=size.encoder_layers,
            decoder_layers=size.decoder_layers,
            encoder_attention_heads=size.width // 64, decoder_attention_heads=size.width // 64,
            encoder_ffn_dim=4 * size.width, decoder_ffn_dim=4 * size.width,
            max_source_positions=1500, max_target_positions=448, dropout=0.1,
            pad_token_id=end, bos_token_id=end, eos_token_id=end,
            decoder_start_token_id=vocabulary.prompt[0],
            suppress_tokens=None, begin_suppress_tokens=None, attn_implementation="sdpa",
        )  # fmt: skip
        network = cls(WhisperForConditionalGeneration(config), vocabulary)
        network._initialise()
        return network

    @classmethod
    def load(cls, folder: Path) -> Recogniser:
        """From a checkpoint that `save` wrote."""
        whisper = WhisperForConditionalGeneration.from_pretrained(folder)
        network = cls(whisper, Vocabulary.load(folder))
        network.phone_heads.load_state_dict(load_file(folder / "phone_heads.safetensors"))
        network.phones = json.loads((folder / "phones.json").read_text())
        return network

    def save(self, folder: Path) -> None:
        """Write everything that `load` and the converter to CTranslate2 read."""
        folder.mkdir(parents=True, exist_ok=True)
        self.whisper.save_pretrained(folder)
        self.vocabulary.tokenizer.save(str(folder / "tokenizer.json"))
        save_file(self.phone_heads.state_dict(), folder / "phone_heads.safetensors")
        (folder / "phones.json").write_text(json.dumps(self.phones))
        self._generation_config().save_pretrained(folder)
        _write_loader_files(folder)

    def deepen(self, encoder_layers: int) -> None:
        """Insert encoder layers that change nothing yet: copies whose output is zero."""
        encoder = self.whisper.model.encoder
        while len(encoder.layers) < encoder_layers:
            at = len(encoder.layers) // 2 if len(encoder.layers) % 2 == 0 else len(encoder.layers)
            layer = copy.deepcopy(encoder.layers[at - 1])
            for silent in (layer.self_attn.out_proj, layer.fc2):
                nn.init.zeros_(silent.weight)
                nn.init.zeros_(silent.bias)
            encoder.layers.insert(at, layer)
        self.whisper.config.encoder_layers = len(encoder.layers)

    def _generation_config(self) -> GenerationConfig:
        prompt, end = self.vocabulary.prompt, self.vocabulary.end
        config = self.whisper.config
        last = config.decoder_layers - 1
        generation = GenerationConfig(
            decoder_start_token_id=prompt[0], eos_token_id=end, pad_token_id=end,
            bos_token_id=end, suppress_tokens=[], begin_suppress_tokens=[end], max_length=448,
            no_timestamps_token_id=prompt[3], is_multilingual=True,
            lang_to_id={"<|en|>": prompt[1]},
            task_to_id={
                "transcribe": prompt[2],
                "translate": self.vocabulary.tokenizer.token_to_id("<|translate|>"),
            },
            alignment_heads=[[last, head] for head in range(config.decoder_attention_heads)],
        )  # fmt: skip
        generation._from_model_config = False  # else the converter ignores it
        return generation

    def _initialise(self) -> None:
        whisper = self.whisper
        for module in whisper.modules():
            if isinstance(module, nn.Linear) and module is not whisper.proj_out:
                nn.init.xavier_uniform_(module.weight, 0.7)
            elif isinstance(module, nn.Conv1d):
                nn.init.xavier_uniform_(module.weight)
        with torch.no_grad():
            for layer in whisper.model.encoder.layers:
                _begin_local(layer.self_attn, whisper.config.d_model)

    def _watch_cross_attention(self) -> None:
        decoder = self.whisper.model.decoder
        eager = _eager(self.whisper.config)  # the only one that tells its weights

        def keep(module: nn.Module, _arguments: object, output: tuple[Tensor, Tensor]) -> None:
            if module.training:
                self._cross_attention.append(output[1])

        for layer in decoder.layers:
            layer.encoder_attn.config = eager
            layer.encoder_attn.register_forward_hook(keep)

    def _quicken_encoder(self) -> None:
        """On a CPU fused attention's backward pass and random numbers take a third of a step."""
        eager = _eager(self.whisper.config)
        for layer in self.whisper.model.encoder.layers:
            layer.self_attn.config = eager
            layer.dropout = 0.0

    def encode(self, mel: Tensor) -> Tensor:
        """(batch, 80, frames) to (batch, frames / 2, width); any even number of frames."""
        encoder = self.whisper.model.encoder
        hidden = F.gelu(encoder.conv1(mel))
        hidden = F.gelu(encoder.conv2(hidden)).permute(0, 2, 1)
        hidden = hidden + encoder.embed_positions.weight[: hidden.shape[1]]
        hidden = F.dropout(hidden, self.whisper.config.dropout, self.training)
        for layer in encoder.layers:
            hidden = layer(hidden, None)
            hidden = hidden[0] if isinstance(hidden, tuple) else hidden
        normalised: Tensor = encoder.layer_norm(hidden)
        return normalised

    def decode(self, pieces: Tensor, encoded: Tensor) -> Tensor:
        """Scores of the next piece after each of `pieces`: (batch, length, vocabulary)."""
        self._cross_attention.clear()
        decoder = self.whisper.model.decoder
        output = decoder(input_ids=pieces, encoder_hidden_states=encoded)
        scores: Tensor = self.whisper.proj_out(output.last_hidden_state)
        return scores

    def attention_loss(self, centres: Tensor, frames: int, width: float) -> Tensor:
        """How much of each piece's cross-attention lies far from where it is spoken.

        `centres` (batch, length) holds frames of 20 ms, negative where unknown.
        """
        known = centres >= 0
        time = torch.arange(frames)[None, None]
        far = 1 - torch.exp(-((time - centres[..., None]) ** 2) / (2 * width**2))
        losses = [
            (weights.float().mean(1) * far).sum(-1)[known].mean()
            for weights in self._cross_attention
        ]
        return torch.stack(losses).mean()


def _eager(config: WhisperConfig) -> WhisperConfig:
    eager = copy.deepcopy(config)
    eager._attn_implementation = "eager"
    return eager


def _begin_local(attention: nn.Module, width: int) -> None:
    """Let self-attention begin near: query and key start as the position's sinusoids."""
    half, head_width = width // 2, width // attention.num_heads
    for head in range(attention.num_heads):
        first = int(head * half / 12)
        near = torch.zeros(head_width, width)
        for pair in range(head_width // 2):
            near[2 * pair, (first + pair) % half] = 1.3
            near[2 * pair + 1, half + (first + pair) % half] = 1.3
        rows = slice(head * head_width, (head + 1) * head_width)
        attention.q_proj.weight[rows] += near
        attention.k_proj.weight[rows] += near


def _write_loader_files(folder: Path) -> None:
    extractor = {
        "chunk_length": 30, "feature_extractor_type": "WhisperFeatureExtractor",
        "feature_size": 80, "hop_length": 160, "n_fft": 400, "n_samples": 480000,
        "nb_max_frames": 3000, "padding_side": "right", "padding_value": 0.0,
        "processor_class": "WhisperProcessor", "return_attention_mask": False,
        "sampling_rate": 16000,
    }  # fmt: skip
    (folder / "preprocessor_config.json").write_text(json.dumps(extractor, indent=2))
    end = "<|endoftext|>"
    tokenizer = {
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": end, "eos_token": end,
        "unk_token": end, "pad_token": end, "model_max_length": 448,
    }  # fmt: skip
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer, indent=2))
