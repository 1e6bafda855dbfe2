"""What the rules are: the text of policies.yaml turned into plain values, with its faults, versions and days.

Layer: imports registers and errors only, opens no file. `store/versions.py` hands in the text.
"""
