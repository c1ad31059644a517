"""The same network and batch in PyTorch; run by the Python of `torch_python`, which has nothing else of the project.

usage: python torch_training.py SHAPE.json STEPS.npz REPEATS; prints JSON.
"""

import json
import sys
import time

import numpy as np
import torch


class BiLstm(torch.nn.Module):
    def __init__(self, n_inputs: int, n_units: int, n_layers: int, n_labels: int):
        super().__init__()
        self.lstm = torch.nn.LSTM(n_inputs, n_units, n_layers, bidirectional=True)
        self.output = torch.nn.Linear(2 * n_units, n_labels)

    def forward(self, steps: torch.Tensor) -> torch.Tensor:
        """steps: (n_steps, batch, n_inputs). Returns log-probabilities (n_steps, batch, n_labels)."""
        return torch.nn.functional.log_softmax(self.output(self.lstm(steps)[0]), 2)


def main(shape: str, arrays: str, repeats: int) -> None:
    told = json.loads(shape)
    torch.set_num_threads(told["threads"])
    torch.manual_seed(0)
    with np.load(arrays) as file:
        steps = torch.from_numpy(file["steps"]).transpose(0, 1).contiguous()
        labels = torch.from_numpy(file["labels"]).long()
    network = BiLstm(steps.shape[2], told["n_units"], told["n_layers"], told["n_labels"])
    optimiser = torch.optim.Adam(network.parameters(), 1e-3)
    n_steps = torch.full((steps.shape[1],), steps.shape[0], dtype=torch.long)
    n_letters = torch.full((len(labels),), labels.shape[1], dtype=torch.long)
    times_s = []
    for _ in range(told["warm_up"] + repeats):
        started = time.perf_counter()
        optimiser.zero_grad()
        blank = told["n_labels"] - 1
        loss = torch.nn.functional.ctc_loss(network(steps), labels, n_steps, n_letters, blank, "sum") / labels.numel()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        value = float(loss.detach())
        times_s.append(time.perf_counter() - started)
    print(json.dumps({"rate": told["seconds"] / float(np.median(times_s[told["warm_up"] :])), "loss": value}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
