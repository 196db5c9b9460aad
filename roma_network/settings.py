"""Settings, all from the environment: safe by default, and loud when a value is missing or wrong."""

import re

import dj_database_url
import dj_email_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env, EnvError, EnvValidationError, validate

from roma_network.core import caches
from roma_network.core.hosts import ascii_host, first_origin
from roma_network.environment import BASE_DIR, VAR_DIR

CURES = {
    "API_RATE": "Write how many requests a client may send: 120/min.",
    "RATE": "Write how many hundredths of a second of work a client may ask for: 600/min.",
    "ALLOWED_HOSTS": "List the host names that the directory answers to: directory.example.eu,www.example.eu.",
    "BASE_URL": "Write the public address without a path: https://directory.example.eu.",
    "BEHIND_PROXY": "Write true where a proxy ends TLS and sets X-Forwarded-Proto; else leave it out.",
    "CACHE_URL": "Write redis://user:password@host:6379/0 or pymemcache://host:11211; leave it out for a cache in each worker.",
    "CONTACT_EMAIL": "Write the functional mailbox that receives corrections: directory@example.eu.",
    "BACKUP_FOLDER": "Write the folder that holds the backups.",
    "BACKUP_RECIPIENT": "Write the public key that age-keygen printed: age1…; leave it out for plain backups.",
    "DATABASE_REPLICA_URLS": "List the replicas like DATABASE_URL, with commas between; leave it out where there are none.",
    "DATABASE_URL": "Write postgres://user:password@host:5432/name or sqlite:////path/to/file.",
    "DEBUG": "Write true or false; leave it out in production.",
    "DEMO": "Write true or false; leave it out in production.",
    "EMAIL_URL": "Write submission://user:password@mail.example.eu:587; leave it out where no mail is sent.",
    "ERROR_EMAIL": "Write the functional mailbox that is told of errors: operations@example.eu.",
    "HSTS_SECONDS": "Write a whole number of seconds: 31536000 is a year.",
    "NGINX_PURGE_URLS": "List where nginx empties its cache: http://127.0.0.1:8003/; leave it out where there is no nginx.",
    "PUBLIC_ONLY": "Write true for processes that serve public pages alone; else leave it out.",
    "SECOND_FACTOR": "Write true or false; leave it out in production.",
    "SECRET_KEY": "Set a long random text: python -c 'import secrets; print(secrets.token_urlsafe(50))'.",
    "SLOW_QUERY_MS": "Write from how many milliseconds on a query is noted: 500.",
    "STATEMENT_TIMEOUT": "Write after how many seconds a query is given up: 5; 0 for never.",
    "STATIC_ROOT": "Write the folder that collectstatic fills.",
    "VERIFY_AFTER_MONTHS": "Write after how many months an entry is to be checked again: 12.",
}

env = Env(eager=False)


@env.parser_for("databases")
def databases(value):
    try:
        return [dj_database_url.parse(url.strip()) for url in value.split(",") if url.strip()]
    except (KeyError, ValueError):
        raise EnvError("One is no such address.") from None


@env.parser_for("hosts")
def hosts(value):
    """As browsers send them. A dot in front of a name stands for all beneath it."""
    names = list(filter(None, map(str.strip, value.split(","))))
    if not names:
        raise EnvError("It is empty.")
    try:
        return [name if name.isascii() else in_plain_letters(name) for name in names]
    except ValueError:
        raise EnvError("One is no name of a host.") from None


def in_plain_letters(name):
    return "." * name.startswith(".") + ascii_host(name.removeprefix("."))


@env.parser_for("cache")
def cache_server(value):
    try:
        return caches.parsed(value)
    except ValueError as error:
        raise EnvError(str(error)) from None


@env.parser_for("urls")
def urls(value):
    found = [url.strip() for url in value.split(",") if url.strip()]
    if not all(re.fullmatch(r"https?://[^\s/?#]+/", url) for url in found):
        raise EnvError("One is no such address.")
    return found


@env.parser_for("mail")
def mail_server(value):
    found = dj_email_url.parse(value)
    if "EMAIL_BACKEND" not in found:
        raise EnvError("It is no such address.")
    return found


DEBUG = env.bool("DEBUG", False)
DEMO = env.bool("DEMO", False)  # plain HTTP on this machine: no redirect, no HSTS, cookies without Secure
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
SECRET_KEY = env.str(
    "SECRET_KEY", validate=validate.Length(min=50, error="It is shorter than 50 characters.")
)
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS")
# Of identifiers, feeds, dumps and canonical links: never of the host that a request names.
BASE_URL = env.str(
    "BASE_URL", "", validate=validate.Regexp(r"^(https?://[^\s/?#@]+)?$", error="It is no such address.")
) or first_origin(ALLOWED_HOSTS or [], "http" if DEMO else "https")
CONTACT_EMAIL = env.str("CONTACT_EMAIL", None, validate=validate.Email())
STATIC_ROOT = env.path("STATIC_ROOT", VAR_DIR / "static")
database = env.dj_db_url("DATABASE_URL", f"sqlite:///{VAR_DIR / 'directory.sqlite3'}")
cache = env.cache("CACHE_URL", "locmem://")
hsts_seconds = env.int("HSTS_SECONDS", 31_536_000, validate=validate.Range(min=0))
a_rate = validate.Regexp(r"^[1-9][0-9]*/(sec|min|hour|day)$", error="It is no such rate.")
API_RATE = env.str("API_RATE", "120/min", validate=a_rate)
RATE = env.str("RATE", "600/min", validate=a_rate)
PUBLIC_ONLY = env.bool(
    "PUBLIC_ONLY", False
)  # no admin, and nothing is written: a role that may only read will do
LOGIN_REDIRECT_URL = "admin:index"
SECOND_FACTOR = env.bool("SECOND_FACTOR", not DEMO)
BACKUP_FOLDER = env.path("BACKUP_FOLDER", VAR_DIR / "backups")
BACKUP_RECIPIENT = env.str(
    "BACKUP_RECIPIENT", "", validate=validate.Regexp(r"^(age1[a-z0-9]{58})?$", error="It is no such key.")
)
ERROR_EMAIL = env.str("ERROR_EMAIL", None, validate=validate.Email())
SLOW_QUERY_MS = env.int("SLOW_QUERY_MS", 500, validate=validate.Range(min=1))
statement_timeout = env.int("STATEMENT_TIMEOUT", 0, validate=validate.Range(min=0))
# Readers wait for a lock only while a table is altered, and caches have an older page for them.
lock_timeout = min(statement_timeout, 1) if PUBLIC_ONLY else statement_timeout
replicas = env.databases("DATABASE_REPLICA_URLS", "") or []
mail = env.mail("EMAIL_URL", "dummy://")
NGINX_PURGE_URLS = env.urls("NGINX_PURGE_URLS", "") or []
VERIFY_AFTER_MONTHS = env.int("VERIFY_AFTER_MONTHS", 12, validate=validate.Range(min=1))

try:
    env.seal()
except EnvValidationError as error:
    raise ImproperlyConfigured(
        "\n".join(
            f"{name}: {' '.join(messages)} {CURES.get(name, '')}"
            for name, messages in sorted(error.error_messages.items())  # type: ignore[union-attr]
        )
    ) from None

# Application

INSTALLED_APPS = [
    "roma_network",
    "stakeholders",
    "initiatives",
    "roma_network.apps.DirectoryAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "roma_network.accounts.apps.LogIns",  # axes
    "csp",
    "django_filters",
    "django_otp",
    "roma_network.accounts.apps.RecoveryCodes",  # django_otp.plugins.otp_static
    "roma_network.accounts.apps.Phones",  # django_otp.plugins.otp_totp
    "simple_history",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "roma_network.pages.http_cache.EncodingMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "roma_network.pages.security_headers.AnySiteMiddleware",
    "roma_network.pages.http_cache.PublicCacheMiddleware",  # outside of all that a kept answer needs no more
    "roma_network.ops.replicas.EditingMiddleware",
    "csp.middleware.CSPMiddleware",
    "roma_network.pages.security_headers.PermissionsPolicyMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # public pages hold no secret; the admin's CSRF token is masked
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "roma_network.accounts.sessions.IdleSessionMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "roma_network.accounts.second_factor.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
    "roma_network.ops.replicas.UnavailableMiddleware",
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
                "roma_network.pages.template_tags",
                "stakeholders.template_tags",
                "initiatives.template_tags",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "roma_network.editorial.links.for_templates",
                "roma_network.pages.listing.for_templates",
            ],
        },
    },
]

# Database

DATABASES = {"default": database} | {
    f"replica_{number}": replica for number, replica in enumerate(replicas, start=1)
}
REPLICAS = [name for name in DATABASES if name != "default"]
DATABASE_ROUTERS = ["roma_network.ops.replicas.Router"]
for each in DATABASES.values():
    each["CONN_MAX_AGE"] = None  # opened once a thread, not once a request; `replicas` looks after dead ones
    if each["ENGINE"] == "django.db.backends.postgresql":
        each["OPTIONS"] = {
            "connect_timeout": 3,
            "options": f"-c statement_timeout={statement_timeout}s -c lock_timeout={lock_timeout}s",
        }
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
IMPORT_MAX_MEMORY = 512_000_000  # bytes of the process that reads a file
IMPORT_MAX_SECONDS = 60  # of a core; of the clock twice as many
FILE_UPLOAD_HANDLERS = [
    "roma_network.editorial.importing.uploads.LimitingHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# Cache

# Each process has names of its own, so that a server of caches can keep the admin's from who serves the public.
CACHES = {"default": cache | {"KEY_PREFIX": "public" if PUBLIC_ONLY else "admin"}}

# Log-in and cookies (the admin alone sets any)

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = "/admin/"  # public pages never see who is logged in
SESSION_COOKIE_AGE = 12 * 3600  # seconds without a request: `IdleSessionMiddleware` begins them anew
OTP_TOTP_ISSUER = "Roma integration directory"
OTP_ADMIN_HIDE_SENSITIVE_DATA = True
AXES_HANDLER = "roma_network.accounts.lockout.LockoutHandler"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # the handler counts names and networks as well
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # what was refused unseen is not counted
AXES_CLIENT_IP_CALLABLE = "roma_network.accounts.lockout.network"
AXES_LOCKOUT_CALLABLE = "roma_network.accounts.lockout.locked_out"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken", "next"]
AXES_USERNAME_CALLABLE = "roma_network.accounts.lockout.name_tried"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False  # we have screens of our own
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
FORMAT_MODULE_PATH = ["roma_network.core.date_formats"]
TIME_ZONE = "Europe/Brussels"

# Static files

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_ROOT = BASE_DIR / "static" / "root"  # what browsers ask for without being told: the icons
WHITENOISE_MAX_AGE = 24 * 3600  # of files without a digest in their name
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "roma_network.pages.static_files.Storage"},
}

# What is told to whom runs it

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "roma_network.ops.logs.JsonFormatter"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler"} | ({} if DEMO else {"formatter": "json"}),
        "mail": {"class": "roma_network.ops.logs.MailHandler", "level": "ERROR"},
    },
    "root": {"handlers": ["console", "mail"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console", "mail"], "level": "WARNING", "propagate": False},
        "access": {"handlers": ["console"], "level": "INFO", "propagate": False},
    },
}
SERVER_EMAIL = DEFAULT_FROM_EMAIL = CONTACT_EMAIL or "directory@localhost"
EMAIL_BACKEND = mail["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = mail["EMAIL_HOST"], mail["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = mail["EMAIL_HOST_USER"], mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = mail["EMAIL_USE_TLS"], mail["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = 10
