"""A recording's text beside its sound: waveform, player, corrections.

Entry points: `editor.Editor`, `player.Player`; `text_page` and `find_bar` for any page of text. Must not know where the
recording is kept.
"""
