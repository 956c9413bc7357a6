"""Prepares Superset's metadata: tables, roles and the administrator. Run again, it brings them up to date.

SUPERSET_USERNAME   the administrator
SUPERSET_PASSWORD   the administrator's password; set again at every run (or SUPERSET_PASSWORD_FILE)

and the variables of superset_config.py.
"""

import sys

from superset.app import create_app
from superset.cli.main import superset
from superset_config import setting


def ensure_administrator(username: str, password: str) -> None:
    with create_app().app_context():
        from superset.extensions import appbuilder

        users = appbuilder.sm
        known = users.find_user(username=username)
        if known:
            users.reset_password(known.id, password)
        elif not users.add_user(
            username, "Antenna", "Usage", f"{username}@localhost", users.find_role(users.auth_role_admin), password
        ):
            sys.exit(f"the administrator {username} could not be created")


if __name__ == "__main__":
    superset.main(["db", "upgrade"], standalone_mode=False)
    superset.main(["init"], standalone_mode=False)
    ensure_administrator(setting("SUPERSET_USERNAME"), setting("SUPERSET_PASSWORD"))
