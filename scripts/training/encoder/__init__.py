"""Tunes an embedding to tell requests apart by a few examples of each.

Made-up companies (`companies/`) are what it learns on: in each step one of them is learnt from a
few of its phrasings, as task files are where Voice runs, and others of its phrasings are read.
"""
