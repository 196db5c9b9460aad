"""Headers that switch browser features off (Permissions-Policy) and let scripts of other sites read (CORS); the others are in the settings."""

from http import HTTPStatus

from django.http import HttpResponse

PRIVATE = ("/admin/", "/healthz")
# Whatever is public can be read by pages of any site, without their visitors' cookies.
ANY_SITE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Accept-Ranges, Content-Disposition, Content-Range, ETag, Link, Retry-After",
}
PREFLIGHT = {
    "Allow": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}


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


class AnySiteMiddleware:
    """Answers the question that browsers ask before a request of another site (a preflight), where no view does so itself."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path.startswith(PRIVATE):
            return self.get_response(request)
        response = self.get_response(request)
        if request.method == "OPTIONS" and response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            response = HttpResponse(status=HTTPStatus.NO_CONTENT, headers=PREFLIGHT)
        for name, value in ANY_SITE.items():
            response.setdefault(name, value)
        return response
