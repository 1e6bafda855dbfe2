"""What is looked at in policies.yaml once its values are typed: a module a section, `rules` runs them all.

Layer: policy. Each check notes its faults on the sheet, so a user sees every fault at once.
"""
