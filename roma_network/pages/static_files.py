"""Where static files are: those that `collectstatic` has written, under names that change with their content."""

from urllib.parse import urljoin

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """A page names a file that was not collected as it stands in the code: it is plainer, and not lost.

    Else the page of errors fails too and is empty. `serve` refuses to start without collected files, `doctor` names them.
    """

    def url(self, name, force=False):
        try:
            return super().url(name, force)
        except ValueError:
            return urljoin(self.base_url, name)
