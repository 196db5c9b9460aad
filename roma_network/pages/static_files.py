"""Where static files are: those that `collectstatic` has written, under names that change with their content."""

import re
from urllib.parse import urljoin

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """A page names a file that was not collected as it stands in the code: it is plainer, and not lost.

    Else the page of errors fails too and is empty. `serve` refuses to start without collected files, `doctor` names them.
    """

    def _save(self, name, content):
        if name.startswith(("css/", "js/")):
            content.seek(0)
            content = ContentFile(as_sent(name, content.read()))
        return super()._save(name, content)

    def url(self, name, force=False):
        try:
            return super().url(name, force)
        except ValueError:
            return urljoin(self.base_url, name)


def as_sent(name: str, content: bytes) -> bytes:
    """A file of ours as browsers get it."""
    if name.endswith(".css"):
        return condensed(content)
    return without_comments(content) if name.endswith(".js") else content


def without_comments(script: bytes) -> bytes:
    """A script without the comments that have lines of their own, and not indented. (None has a text of several lines.)"""
    return re.sub(rb"^\s*(?:/\*(?:[^*]|\*(?!/))*\*/|//[^\n]*)\n|^\s+", b"", script, flags=re.MULTILINE)


def condensed(style: bytes) -> bytes:
    """A style sheet without comments and spaces that mean nothing: what each first visit waits for."""
    style = re.sub(rb"/\*.*?\*/|\s+", b" ", style, flags=re.DOTALL)
    return re.sub(rb"(?<=[{};,]) +| +(?=[{}]) *", b"", style).replace(b";}", b"}").strip()
