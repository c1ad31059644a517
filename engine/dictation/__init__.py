"""What a person says about the text: spoken commands and numbers, carried out on recognised words.

Entry point: `apply_commands`. Must not know audio, models or pages.
"""
