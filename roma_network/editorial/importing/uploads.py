"""No file larger than the limit is ever kept, in memory or on disk."""

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload


class LimitingHandler(FileUploadHandler):
    """Lets the rest of a file that is too large pass by, and marks the request with `upload_is_too_large`."""

    chunk_size = FileUploadHandler.chunk_size

    def handle_raw_input(self, *args, **kwargs):
        self.received = 0

    def receive_data_chunk(self, raw_data, start):
        self.received += len(raw_data)
        if self.received > settings.IMPORT_MAX_BYTES:
            self.request.upload_is_too_large = True
            raise StopUpload
        return raw_data

    def file_complete(self, file_size):
        return None
