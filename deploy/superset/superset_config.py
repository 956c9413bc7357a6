"""Superset's configuration: addresses and secrets come from the environment, nothing secret lives in this file.

SUPERSET_METADATA_URI   the database of Superset's own metadata (users, dashboards)
SUPERSET_METADATA_PASSWORD  the password for it, where SUPERSET_METADATA_URI has none
SUPERSET_SECRET_KEY     signs sessions and encrypts the stored database password: keep it, a new one makes stored
                        passwords unreadable (openssl rand -base64 42)
SUPERSET_LANGUAGE       es (default) or en
SUPERSET_HTTPS=1        when the browser reaches it by HTTPS
SUPERSET_PROXY          how many addresses the proxies before it append to X-Forwarded-For: 1 for most, 2 for a load
                        balancer of Google's (the client's and its own); unset without a proxy

A name with _FILE appended gives the path of a file that holds the value, as mounted secrets do.
"""

import hashlib
import hmac
import os

from flask import request
from sqlalchemy.engine import make_url


def setting(name: str, default: str | None = None) -> str:
    path = os.environ.get(f"{name}_FILE")
    if path:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    return os.environ[name] if default is None else os.environ.get(name, default)


def metadata_uri() -> str:
    uri = make_url(setting("SUPERSET_METADATA_URI"))
    password = setting("SUPERSET_METADATA_PASSWORD", "")
    return (uri.set(password=password) if password else uri).render_as_string(hide_password=False)


SECRET_KEY = setting("SUPERSET_SECRET_KEY")
SQLALCHEMY_DATABASE_URI = metadata_uri()


def derived_secret(purpose: str) -> str:
    """A secret of its own for what Superset else signs with a word that anybody can read in its source."""
    return hmac.new(SECRET_KEY.encode(), purpose.encode(), hashlib.sha256).hexdigest()


# Neither feature is on. Were it turned on, its tokens could not be forged.
GUEST_TOKEN_JWT_SECRET = derived_secret("guest token")
GLOBAL_ASYNC_QUERIES_JWT_SECRET = derived_secret("asynchronous queries")

# Superset limits tries of passwords only where SUPERSET_ENV is `production`. Each client address has so many, by the
# page and by the API alike; counted in memory, since there is one process. Other requests are not limited: a dashboard
# asks for all its charts at once.
RATELIMIT_ENABLED = True
RATELIMIT_APPLICATION = None
RATELIMIT_STORAGE_URI = "memory://"
AUTH_RATE_LIMITED = True
AUTH_RATE_LIMIT = "20 per minute"


def FLASK_APP_MUTATOR(app) -> None:
    """Flask-AppBuilder limits its page for logging in, and not the API that does the same."""
    limit = app.appbuilder.sm.limiter.limit(AUTH_RATE_LIMIT)

    @app.before_request
    def limit_logins_by_api() -> None:
        if request.path == "/api/v1/security/login":
            with limit:
                pass


BABEL_DEFAULT_LOCALE = os.environ.get("SUPERSET_LANGUAGE", "es")
LANGUAGES = {
    "es": {"flag": "es", "name": "Español"},
    "en": {"flag": "us", "name": "English"},
}

# The statements of the datasets ask for the chosen time range, and show the newest data where none is chosen.
FEATURE_FLAGS = {"ENABLE_TEMPLATE_PROCESSING": True}

# Dashboards show live tables: no result is cached, and the automatic refresh asks the database.
CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
DASHBOARD_AUTO_REFRESH_MODE = "force"
# A page gives up on a chart after so many seconds. It asks for all charts at once, over six connections: the last of two
# dozen waits for three before it, each with a statement that may take the 30 seconds after which Postgres cancels it.
SUPERSET_WEBSERVER_TIMEOUT = 120


def SQL_QUERY_MUTATOR(sql: str, **_: object) -> str:
    """Superset's word for the series beyond the limit is a literal of the query: here it is said in Spanish."""
    return sql.replace("ELSE 'Others' END", "ELSE 'otros' END")


# The packaged front end asks a foreign host for a telemetry pixel; this policy refuses every foreign host.
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'", "data:"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": os.environ.get("SUPERSET_HTTPS") == "1",
}
SESSION_COOKIE_SECURE = os.environ.get("SUPERSET_HTTPS") == "1"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# Of X-Forwarded-*, only what the proxies append or replace is believed: Google's load balancer passes the client's own
# X-Forwarded-Host, -Port and -Prefix on.
PROXY_ADDRESSES = int(os.environ.get("SUPERSET_PROXY", "0"))
ENABLE_PROXY_FIX = PROXY_ADDRESSES > 0
PROXY_FIX_CONFIG = {"x_for": PROXY_ADDRESSES, "x_proto": 1, "x_host": 0, "x_port": 0, "x_prefix": 0}
