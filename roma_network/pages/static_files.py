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
        if name.startswith("css/") and name.endswith(".css"):
            content.seek(0)
            content = ContentFile(condensed(content.read()))
        return super()._save(name, content)

    def url(self, name, force=False):
        try:
            return super().url(name, force)
        except ValueError:
            return urljoin(self.base_url, name)


def condensed(style: bytes) -> bytes:
    """A style sheet without comments and spaces that mean nothing: what each first visit waits for."""
    style = re.sub(rb"/\*.*?\*/|\s+", b" ", style, flags=re.DOTALL)
    return re.sub(rb"(?<=[{};,]) +| +(?=[{}]) *", b"", style).replace(b";}", b"}").strip()
