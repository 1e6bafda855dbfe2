"""The store room: where records are kept. It alone opens record files; bytes go in, Row values come out.

Layer: below desk and reports; imports registers and errors only.
"""
