"""Labelled speech from which languages are told apart: recorded people and synthesizers."""
