"""Settings, all from the environment: safe by default, and loud when a value is missing or wrong."""

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env, EnvValidationError, validate

from roma_network.environment import BASE_DIR, VAR_DIR

CURES = {
    "API_RATE": "Write how many requests a client may send: 120/min.",
    "ALLOWED_HOSTS": "List the host names that the directory answers to: directory.example.eu,www.example.eu.",
    "BEHIND_PROXY": "Write true where a proxy ends TLS and sets X-Forwarded-Proto; else leave it out.",
    "CACHE_URL": "Write redis://host:6379/0 or pymemcache://host:11211; leave it out for a cache in each worker.",
    "CONTACT_EMAIL": "Write the functional mailbox that receives corrections: directory@example.eu.",
    "DATABASE_URL": "Write postgres://user:password@host:5432/name or sqlite:////path/to/file.",
    "DEBUG": "Write true or false; leave it out in production.",
    "DEMO": "Write true or false; leave it out in production.",
    "HSTS_SECONDS": "Write a whole number of seconds: 31536000 is a year.",
    "SECRET_KEY": "Set a long random text: python -c 'import secrets; print(secrets.token_urlsafe(50))'.",
    "STATIC_ROOT": "Write the folder that collectstatic fills.",
    "VERIFY_AFTER_MONTHS": "Write after how many months an entry is to be checked again: 12.",
}

env = Env(eager=False)
filled = validate.Length(min=1, error="It is empty.")

DEBUG = env.bool("DEBUG", False)
DEMO = env.bool("DEMO", False)  # plain HTTP on this machine: no redirect, no HSTS, cookies without Secure
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
SECRET_KEY = env.str(
    "SECRET_KEY", validate=validate.Length(min=50, error="It is shorter than 50 characters.")
)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", validate=filled)
CONTACT_EMAIL = env.str("CONTACT_EMAIL", None, validate=validate.Email())
STATIC_ROOT = env.path("STATIC_ROOT", VAR_DIR / "static")
database = env.dj_db_url("DATABASE_URL", f"sqlite:///{VAR_DIR / 'directory.sqlite3'}")
cache = env.dj_cache_url("CACHE_URL", "locmem://")
hsts_seconds = env.int("HSTS_SECONDS", 31_536_000, validate=validate.Range(min=0))
API_RATE = env.str(
    "API_RATE",
    "120/min",
    validate=validate.Regexp(r"^[1-9][0-9]*/(sec|min|hour|day)$", error="It is no such rate."),
)
VERIFY_AFTER_MONTHS = env.int("VERIFY_AFTER_MONTHS", 12, validate=validate.Range(min=1))

try:
    env.seal()
except EnvValidationError as error:
    raise ImproperlyConfigured(
        "\n".join(
            f"{name}: {' '.join(messages)} {CURES.get(name, '')}"
            for name, messages in sorted(error.error_messages.items())
        )
    ) from None

# Application

INSTALLED_APPS = [
    "roma_network",
    "stakeholders",
    "initiatives",
    "roma_network.admin_config.DirectoryAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_filters",
    "drf_spectacular",
    "rest_framework",
    "simple_history",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "roma_network.caching.PublicCacheMiddleware",  # outside of all that a kept answer needs no more
    "csp.middleware.CSPMiddleware",
    "roma_network.middleware.PermissionsPolicyMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # public pages hold no secret; the admin's CSRF token is masked
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "roma_network.urls"
WSGI_APPLICATION = "roma_network.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "roma_network.templatetags.directory",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "roma_network.links.for_templates",
            ],
        },
    },
]

# Database

DATABASES = {"default": database}
database["CONN_MAX_AGE"] = None  # opened once a thread, not once a request; `caching` looks after dead ones
if database["ENGINE"] == "django.db.backends.sqlite3":
    database["OPTIONS"] = {
        # Writers wait their turn instead of failing half-way; readers are never blocked (WAL).
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }

# Imports

IMPORT_MAX_BYTES = 25_000_000
IMPORT_MAX_ROWS = 50_000
FILE_UPLOAD_HANDLERS = [
    "roma_network.uploads.LimitingHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "roma_network.api.problem",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Roma integration directory",
    "DESCRIPTION": "Who works on Roma integration in Europe: actors, initiatives, documents, each fact with its source.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "LICENSE": {"name": "CC BY 4.0", "identifier": "CC-BY-4.0"},
    "POSTPROCESSING_HOOKS": ["roma_network.api.with_problems"],
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}

# Cache

CACHES = {"default": cache}
if cache["BACKEND"] == "django.core.cache.backends.locmem.LocMemCache":
    cache.setdefault("OPTIONS", {})["MAX_ENTRIES"] = 3000  # some 25 MB of compressed pages

# Log-in and cookies (the admin alone sets any)

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # a stranger elsewhere cannot lock a curator out
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEMO
CSRF_COOKIE_HTTPONLY = True
# The form of an initiative with 200 participants has 1,200 fields; past Django's 1,000 it could not be saved.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# Transport and headers

SECURE_SSL_REDIRECT = not DEMO
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # probes come over plain HTTP from the same machine
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_HSTS_SECONDS = 0 if DEMO else hsts_seconds
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEMO
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Language and time

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
FORMAT_MODULE_PATH = ["roma_network.formats"]
TIME_ZONE = "Europe/Brussels"

# Static files

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django": {"handlers": ["console"], "level": "WARNING", "propagate": False}},
}
