"""From samples to text: audio, features, model, decoding. Knows no window, no network and no corpus."""
