"""Words of distress: what a caller says who needs help now, as lists by language and country.

Whole phrases with small variations are looked for; no emotion is inferred from anything.
"""

from voice.emergency.countries import Country, country
from voice.emergency.distress import Distress, DistressWords

__all__ = ["Country", "Distress", "DistressWords", "country"]
