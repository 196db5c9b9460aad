"""Sessions of the admin, and when they expire."""

from time import time


class IdleSessionMiddleware:
    """Has a session end some hours after the last request, rather than after the log-in.

    Only now and then is that written down: each request would cost a write.
    """

    every = 300  # seconds

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.session.session_key and "_auth_user_id" in request.session:
            now = int(time())
            if now - request.session.get("used", 0) >= self.every:
                request.session["used"] = now
        return self.get_response(request)
