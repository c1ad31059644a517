"""A recording's text beside its sound: waveform, player, corrections.

Entry points: `editor.Editor`, `player.Player`. Must not know where the recording is kept.
"""
