"""dispatchctl: a service desk kept as plain files, with its regulations carried out as they are written.

Layer: the package itself. Its one job here is to hold the version, so that asking for it imports nothing.
"""

VERSION = "0.1.0"
