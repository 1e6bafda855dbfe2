"""Files that a new desk begins with: the sample rules, as data of the package."""
