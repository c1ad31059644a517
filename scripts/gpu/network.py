"""The network of `trainer.network.bilstm_ctc` in PyTorch, for training on a GPU.

Weights go in and out by `engine.model.weights`.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from engine.config import VOXFORGE, ModelConfig

_DIRECTIONS = (("forward", ""), ("backward", "_reverse"))


class Network(nn.Module):
    """`trainer.network.bilstm_ctc.BiLstmCtc` in PyTorch; `weights` and `take` speak its names and shapes."""

    def __init__(self, model: ModelConfig, n_labels: int):
        super().__init__()
        self.config = model
        width = VOXFORGE.n_cepstra * model.n_stacked
        self.layers = nn.ModuleList()
        for _ in range(model.n_layers):
            self.layers.append(nn.LSTM(width, model.n_units, bidirectional=True))
            width = 2 * model.n_units
        self.output, self.lower = nn.Linear(width, n_labels), nn.Linear(width, n_labels)
        for layer in self.layers:
            for name, weight in layer.named_parameters():
                if name.startswith("bias_hh"):  # one bias is enough
                    weight.data.zero_()
                    weight.requires_grad_(False)

    def forward(self, steps, lengths):
        """steps: (batch, n_steps, n_inputs), longest first; lengths: int64 on the processor. Returns logits of the last
        layer and of the middle one, (n_steps, batch, n_labels)."""
        packed = pack_padded_sequence(steps.transpose(0, 1), lengths)
        middle = packed
        for n, layer in enumerate(self.layers):
            if n:
                packed = self._dropped(packed)
            packed, _ = layer(packed)
            if n == (self.config.n_layers - 1) // 2:
                middle = packed
        return self._read(self.output, self._dropped(packed)), self._read(self.lower, middle)

    def _dropped(self, packed: PackedSequence) -> PackedSequence:
        return packed._replace(data=functional.dropout(packed.data, self.config.dropout, self.training))

    @staticmethod
    def _read(output: nn.Linear, packed: PackedSequence):
        return pad_packed_sequence(packed._replace(data=output(packed.data)))[0]

    def take(self, weights: dict[str, np.ndarray]) -> None:
        """Weights by `engine.model.weights.weight_shapes`, and `lower`."""
        with torch.no_grad():
            for n, layer in enumerate(self.layers):
                for direction, suffix in _DIRECTIONS:
                    kernel = _gates(weights[f"layer{n}/{direction}/kernel"]).T
                    inputs = kernel.shape[1] - self.config.n_units
                    getattr(layer, f"weight_ih_l0{suffix}").copy_(torch.as_tensor(kernel[:, :inputs]))
                    getattr(layer, f"weight_hh_l0{suffix}").copy_(torch.as_tensor(kernel[:, inputs:]))
                    bias = _gates(weights[f"layer{n}/{direction}/bias"])
                    getattr(layer, f"bias_ih_l0{suffix}").copy_(torch.as_tensor(bias))
            for name, layer in (("output", self.output), ("lower", self.lower)):
                if f"{name}/kernel" in weights:
                    layer.weight.copy_(torch.as_tensor(weights[f"{name}/kernel"].T))
                    layer.bias.copy_(torch.as_tensor(weights[f"{name}/bias"]))

    def weights(self) -> dict[str, np.ndarray]:
        """float32, `lower` among them."""
        found = {}
        for n, layer in enumerate(self.layers):
            for direction, suffix in _DIRECTIONS:
                parts = [getattr(layer, f"weight_{kind}_l0{suffix}").detach().cpu().numpy().T for kind in ("ih", "hh")]
                found[f"layer{n}/{direction}/kernel"] = _gates(np.concatenate(parts))
                found[f"layer{n}/{direction}/bias"] = _gates(
                    getattr(layer, f"bias_ih_l0{suffix}").detach().cpu().numpy()
                )
        for name, layer in (("output", self.output), ("lower", self.lower)):
            found[f"{name}/kernel"] = layer.weight.detach().cpu().numpy().T
            found[f"{name}/bias"] = layer.bias.detach().cpu().numpy()
        return found


def _gates(weights: np.ndarray) -> np.ndarray:
    """Gates i, c, f, o on the last axis to PyTorch's i, f, c, o, and back."""
    i, second, third, o = np.split(weights, 4, axis=-1)
    return np.ascontiguousarray(np.concatenate([i, third, second, o], axis=-1))
