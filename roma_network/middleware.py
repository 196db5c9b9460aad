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


class PermissionsPolicyMiddleware:
    """Turn off the browser features that a directory never needs."""

    header = ", ".join(
        f"{feature}=()"
        for feature in (
            "camera",
            "display-capture",
            "geolocation",
            "microphone",
            "payment",
            "usb",
            "browsing-topics",
        )
    )

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response["Permissions-Policy"] = self.header
        return response
