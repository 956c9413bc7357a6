"""Prepares Superset's metadata: tables, roles and users. Run again, it brings them up to date.

SUPERSET_USERNAME         the administrator
SUPERSET_PASSWORD         the administrator's password; set again at every run (or SUPERSET_PASSWORD_FILE)
SUPERSET_VIEWER_PASSWORD  makes a user `viewer` with the role Viewer; set again at every run (or …_FILE)

and the variables of superset_config.py.
"""

import sys

from superset.app import create_app
from superset.cli.main import superset
from superset_config import setting


# Gamma is Superset's role for people who make charts. A viewer lacks these permissions on these.
CHANGES = {"can_delete", "can_export", "can_import", "can_write"}
ASSETS = {
    *("Annotation", "Chart", "CssTemplate", "Dashboard", "Database", "Dataset", "SavedQuery", "Tag", "Theme"),
    "UserRegistrationsRestAPI",
}


def is_for_viewers(permission: str, on: str) -> bool:
    if permission == "menu_access":
        return on == "Dashboards"
    return not (permission in CHANGES and on in ASSETS)


def ensure_viewer_role(users) -> None:
    """Viewer sees every dashboard and its data, and changes nothing: all data here is what the product's reader sees."""
    gamma = users.find_role("Gamma").permissions
    reads = [held for held in gamma if is_for_viewers(held.permission.name, held.view_menu.name)]
    everything = users.add_permission_view_menu("all_datasource_access", "all_datasource_access")
    viewer = users.find_role("Viewer") or users.add_role("Viewer")
    viewer.permissions = [*reads, everything]
    users.session.commit()


def ensure_user(users, username: str, role: str, password: str) -> None:
    known = users.find_user(username=username)
    if known:
        users.reset_password(known.id, password)
    elif not users.add_user(
        username, "Antenna", "Usage", f"{username}@localhost", users.find_role(role), password
    ):
        sys.exit(f"the user {username} could not be created")


if __name__ == "__main__":
    superset.main(["db", "upgrade"], standalone_mode=False)
    superset.main(["init"], standalone_mode=False)
    with create_app().app_context():
        from superset.extensions import appbuilder

        manager = appbuilder.sm
        ensure_user(manager, setting("SUPERSET_USERNAME"), manager.auth_role_admin, setting("SUPERSET_PASSWORD"))
        ensure_viewer_role(manager)
        if viewer_password := setting("SUPERSET_VIEWER_PASSWORD", ""):
            ensure_user(manager, "viewer", "Viewer", viewer_password)
