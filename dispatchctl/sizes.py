"""How much is done at a time: thresholds that bound memory, and how long the lock is held. Below all layers.

What comes out never depends on them: tests set each to 1, 2, 3 and 7, so that small histories cross them all. They are
read where they are used, as `sizes.NAME`, never copied.
"""

ROWS_JUDGED = 40_000  # rows that the index takes in and judges at a time
FAMILIES_KEPT = 1000  # families whose rows an index keeps at hand
FAMILIES_READ = 500  # families whose rows are read at a time for a part of an index
ROWS_CHECKED = 100_000  # rows that `records check` holds before families are folded and let go of
ITEMS_LOCKED = 200  # items of a batch for which the lock is held at a time
ROWS_APPENDED = 5000  # rows of one append of an import
ROWS_SETTLED = 5000  # rows of an import that the index takes in at once; more wait for the next command
CONTACTS_KEPT = 50_000  # contacts of one import that are remembered
REFERENCES_SORTED = 1 << 21  # references of an import looked through for doubles at a time
BYTES_VERIFIED = 1 << 16  # of a record file; larger pieces leave the processor's cache and take twice as long
BYTES_OF_CONTACTS = 1 << 20  # of the contacts' file, read at a time
BYTES_HASHED = 1 << 20  # of a record file, for its seal
BYTES_COPIED = 1 << 20  # of an input that has to be copied to be read twice
