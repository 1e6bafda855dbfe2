"""How it is shown: formats, labels in Chinese and English, masking. Layer: below commands, above registers."""
