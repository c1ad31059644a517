"""Beyond the window: keys that work everywhere, typing into other programs, tray, single instance.

Entry points: `global_shortcut`, `insertion`, `tray`, `single_instance`. One module a system where systems differ.
Must not know pages or recognition.
"""
