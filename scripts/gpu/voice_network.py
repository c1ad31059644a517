"""The velocity at which noise becomes the cepstra of a voice that says given letters."""

import math

import torch
from torch import nn
from torch.nn import functional

from scripts.gpu import segments
from scripts.gpu.unpack import N_CEPSTRA

CONTEXT = 3  # symbols on either side
_DILATIONS = (1, 2, 4, 8) * 3
_N_POSITIONS = 6


class Block(nn.Module):
    """A gated dilated convolution (Dauphin et al. 2017), told the moment and the voice (Peebles and Xie 2023)."""

    def __init__(self, width: int, dilation: int):
        super().__init__()
        self.dilation = dilation
        self.told = nn.Linear(width, 2 * width)
        self.wide = nn.Linear(3 * width, 2 * width)  # a convolution over three frames, as one product
        self.out = nn.Linear(width, width)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, hidden, said, told):
        scale, shift = self.told(told)[:, None].chunk(2, dim=2)
        x = torch.addcmul(shift + said, functional.rms_norm(hidden, hidden.shape[2:], eps=1e-5), 1 + scale)
        return hidden + self.out(functional.glu(self.wide(around(x, self.dilation)), dim=2))


def around(x, dilation: int):
    """(batch, frames, n) -> (batch, frames, 3 n): each frame between those that lie `dilation` before and after it."""
    padded = functional.pad(x, (0, 0, dilation, dilation))
    n = x.shape[1]
    return torch.cat([padded[:, :n], x, padded[:, 2 * dilation :]], dim=2)


class Voices(nn.Module):
    """The velocity at which noise becomes cepstra."""

    def __init__(self, n_speakers: int, width: int = 384):
        super().__init__()
        self.symbol, self.stress = nn.Embedding(segments.N_SYMBOLS, 64), nn.Embedding(segments.N_STRESSES, 16)
        self.said = nn.Sequential(
            nn.Linear((2 * CONTEXT + 1) * 80 + _N_POSITIONS, 2 * width), nn.SiLU(), nn.Linear(2 * width, width)
        )
        self.speaker = nn.Embedding(n_speakers + 1, width)
        self.recording = nn.Sequential(nn.Linear(2 * N_CEPSTRA, width), nn.SiLU(), nn.Linear(width, width))
        self.moment = nn.Sequential(nn.Linear(64, width), nn.SiLU(), nn.Linear(width, width))
        self.enter = nn.Linear(3 * N_CEPSTRA, width)
        self.blocks = nn.ModuleList(Block(width, dilation) for dilation in _DILATIONS)
        self.leave = nn.Linear(width, N_CEPSTRA)

    def condition(self, symbols, stresses, positions):
        """symbols, stresses: int64 (batch, frames, 2 CONTEXT + 1); positions: (batch, frames, 6)."""
        known = torch.cat([self.symbol(symbols), self.stress(stresses)], dim=-1).flatten(2)
        return self.said(torch.cat([known, positions], dim=-1))

    def forward(self, x, moment, said, speaker, recording):
        """x: (batch, frames, 13) at the moments (batch,) from 0, noise, to 1, cepstra; recording: (batch, 26)."""
        waves = moment[:, None] * 1000 * torch.exp(torch.arange(32, device=x.device) * (-math.log(10000) / 32))
        told = self.moment(torch.cat([waves.sin(), waves.cos()], dim=1))
        told = functional.silu(told + self.speaker(speaker) + self.recording(recording))
        hidden = self.enter(around(x, 1)) + said
        for block in self.blocks:
            hidden = block(hidden, said, told)
        return self.leave(hidden)


def told_of(segment, elapsed, symbols, stresses, lasting):
    """What `Voices.condition` takes, for frames by their segment and what has elapsed of it (both of any shape)."""
    around = segment[..., None] + torch.arange(-CONTEXT, CONTEXT + 1, device=segment.device)
    this, before, after = lasting[segment], lasting[segment - 1], lasting[segment + 1]
    left = this - elapsed
    positions = torch.stack(
        [
            (elapsed + 0.5) / this.clamp(min=1),
            *(torch.log1p(some) / 3 for some in (this, before, after, elapsed, left)),
        ],
        dim=-1,
    )
    return symbols[around], stresses[around], positions
