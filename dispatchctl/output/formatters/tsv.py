"""Values separated by tabs, else as csv. Output."""

from dispatchctl.output.formatters.csv import Csv


class Tsv(Csv):
    """See Csv."""

    name = "tsv"
    endings = (".tsv",)
    separator = "\t"


FORMAT = Tsv()
