import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is needed for the voice model alone")

from scripts.gpu import segments as seg  # noqa: E402


def corpus_of(several):
    from scripts.gpu.voice_corpus import Recordings, on_device

    rng = np.random.default_rng(0)
    found = Recordings(
        [rng.normal(size=(int(one.frames.sum()), 13)).astype(np.float16) for one in several],
        several,
        [f"speaker {n % 2}" for n in range(len(several))],
        rng.normal(size=(len(several), 26)).astype(np.float32),
    )
    scale = found.statistics.mean(axis=0), found.statistics.std(axis=0)
    return found, on_device(found, {"speaker 0": 0, "speaker 1": 1}, scale, torch.device("cpu")), scale


@pytest.fixture
def several():
    return [seg.aligned("мама дома", np.arange(9) * 9 + 20, n, {"мама": 0}) for n in (300, 400)]


def test_a_crop_is_told_what_is_said_in_it(several):
    from scripts.gpu.voice_corpus import CROP, crops

    found, corpus, _ = corpus_of(several)
    torch.manual_seed(0)

    cepstra, mask, (symbols, _, positions), speaker, _ = crops(corpus, 20)

    assert cepstra.shape == (20, CROP, 13)
    assert mask.all(), "no recording is shorter than a crop"
    assert (positions[..., 0] > 0).all()
    assert (positions[..., 0] < 1).all()
    for one, heard, who in zip(symbols[:, :, 3].numpy(), cepstra.numpy(), speaker.tolist(), strict=True):
        whole = found.cepstra[who].astype(np.float32)
        (at,) = [n for n in range(len(whole) - CROP + 1) if np.array_equal(whole[n : n + CROP], heard)]
        made = several[who]
        assert one.tolist() == np.repeat(made.symbols, made.frames)[at : at + CROP].tolist()


def test_a_little_training_lowers_the_loss(several):
    from scripts.gpu.voice_corpus import crops
    from scripts.gpu.voice_network import Voices
    from scripts.gpu.voices import loss_of

    _, corpus, _ = corpus_of(several)
    torch.manual_seed(0)
    model = Voices(2, width=32)
    optimiser = torch.optim.Adam(model.parameters(), 3e-3)
    losses = []
    for _ in range(30):
        loss = loss_of(model, crops(corpus, 4), 2)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))

    assert np.mean(losses[-5:]) < 0.95 * np.mean(losses[:5])


def test_what_is_spoken_lasts_as_planned_and_is_kept_with_its_text(several, tmp_path):
    from scripts.gpu.voice_network import Voices
    from scripts.gpu.voices import load_weights, save_weights, speak, write_cache
    from trainer.corpus.cache import SCALE, FeatureCache

    found, _, scale = corpus_of(several)
    torch.manual_seed(0)
    model = Voices(2, width=32)
    save_weights(model, tmp_path / "voice")
    read = Voices(2, width=32)
    load_weights(read, tmp_path / "voice")
    np.savez(tmp_path / SCALE, scale=np.full(13, 0.4), offset=np.zeros(13))
    texts = ["дома мама", "мама"]
    arguments = found, {"speaker 0": 0, "speaker 1": 1}, scale, {}, torch.device("cpu"), 1

    made = list(speak(read, texts, *arguments))
    cache = FeatureCache(write_cache(tmp_path / "voices", tmp_path, made))

    assert sorted(text for text, _, _ in made) == sorted(texts)
    assert all(len(cepstra) > 3 * len(text) for text, _, cepstra in made)
    assert [u.text for u in cache.utterances] == [text for text, _, _ in made]
    assert all(u.speaker.startswith("synthetic voice of speaker ") for u in cache.utterances)
    for mine, theirs in zip(model.parameters(), read.parameters(), strict=True):
        assert torch.allclose(mine, theirs, atol=2e-3)
