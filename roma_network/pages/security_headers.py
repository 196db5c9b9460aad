"""Headers that switch browser features off (Permissions-Policy); the others are in the settings."""


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
