"""Where gunicorn listens in the image of Superset; everything else is in GUNICORN_CMD_ARGS."""

import socket


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::", 0))
    except OSError:
        return False
    return True


# At [::] Linux listens for IPv4 and IPv6, where the machine has IPv6.
bind = "[::]:8088" if has_ipv6() else "0.0.0.0:8088"
