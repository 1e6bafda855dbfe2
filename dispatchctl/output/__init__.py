"""How it is shown: formats, labels in Chinese and English. Layer: below commands, above registers."""
