# Superset 6.1 with the product's configuration; built from the checkout's root:
#   docker build --file docker/superset.Dockerfile --tag antenna-usage/superset .
# The dashboards are not in it: target `serving` of docker/Dockerfile imports them over the network.
ARG PYTHON_IMAGE=python:3.11.13-slim-bookworm@sha256:86adf8dbadc3d6e82ee5dd2c74bec2e1c2467cdad47886280501df722372d2e1

FROM ${PYTHON_IMAGE} AS install
COPY deploy/superset/requirements.txt deploy/superset/constraints.txt /build/
RUN python3 -m venv /opt/superset \
 && /opt/superset/bin/pip install --no-cache-dir --requirement /build/requirements.txt --constraint /build/constraints.txt

FROM ${PYTHON_IMAGE}
ARG VERSION=unknown
ARG REVISION=unknown
ARG CREATED=unknown
ARG PYTHON_IMAGE
LABEL org.opencontainers.image.title="antenna-usage superset" \
      org.opencontainers.image.description="Superset with the configuration of the antenna-usage dashboards" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.base.name="${PYTHON_IMAGE}"
COPY --from=install /opt/superset /opt/superset
COPY deploy/superset/superset_config.py deploy/superset/prepare.py deploy/superset/gunicorn_conf.py /opt/antenna-usage/
# The root file system may be read-only: only /tmp is written to. Addresses and header fields may be as long as gunicorn
# bounds at most, since charts are asked for by long addresses.
ENV PATH=/opt/superset/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SUPERSET_CONFIG_PATH=/opt/antenna-usage/superset_config.py \
    SUPERSET_HOME=/tmp/superset \
    FLASK_APP="superset.app:create_app()" \
    GUNICORN_CMD_ARGS="--config=/opt/antenna-usage/gunicorn_conf.py --workers=1 --worker-class=gthread --threads=8 --timeout=120 --limit-request-line=8190 --limit-request-field_size=16380 --worker-tmp-dir=/tmp"
USER 10001:10001
WORKDIR /tmp
EXPOSE 8088
# /health answers well before the pages do.
HEALTHCHECK --interval=10s --timeout=30s --start-period=5m \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8088/login/', timeout=25)"]
# `python /opt/antenna-usage/prepare.py` before the first start and after each update makes tables, roles and administrator.
CMD ["python", "-m", "gunicorn", "superset.app:create_app()"]
