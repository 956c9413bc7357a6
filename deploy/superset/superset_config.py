"""Superset's configuration: addresses and secrets come from the environment, nothing secret lives in this file.

SUPERSET_METADATA_URI   the database of Superset's own metadata (users, dashboards)
SUPERSET_SECRET_KEY     signs sessions and encrypts the stored database password: keep it, a new one makes stored
                        passwords unreadable (openssl rand -base64 42)
SUPERSET_LANGUAGE       es (default) or en
SUPERSET_HTTPS=1        when the browser reaches it by HTTPS
SUPERSET_PROXY=1        when it stands behind a proxy that sets X-Forwarded-*

A name with _FILE appended gives the path of a file that holds the value, as mounted secrets do.
"""

import os


def setting(name: str) -> str:
    path = os.environ.get(f"{name}_FILE")
    if path:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    return os.environ[name]


SECRET_KEY = setting("SUPERSET_SECRET_KEY")
SQLALCHEMY_DATABASE_URI = setting("SUPERSET_METADATA_URI")

BABEL_DEFAULT_LOCALE = os.environ.get("SUPERSET_LANGUAGE", "es")
LANGUAGES = {
    "es": {"flag": "es", "name": "Español"},
    "en": {"flag": "us", "name": "English"},
}

# Dashboards show live tables: no result is cached, and the automatic refresh asks the database.
CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
DASHBOARD_AUTO_REFRESH_MODE = "force"
SUPERSET_WEBSERVER_TIMEOUT = 60


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
ENABLE_PROXY_FIX = os.environ.get("SUPERSET_PROXY") == "1"
