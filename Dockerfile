# One image for every part: `serve` (the default), `relay`, `worker`, `migrate`, `admin create`.
# The address of PostgreSQL and Valkey, MASTER_KEY and the rest come from the environment.

FROM node:22-bookworm-slim AS web
WORKDIR /srv/cong-truong
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY web web
RUN node web/build.mjs

FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /srv/cong-truong
# The lock alone first: the layer of the packages is kept until the lock changes.
COPY requirements.lock ./
RUN pip install --require-hashes --no-deps --only-binary :all: -r requirements.lock
COPY pyproject.toml README.md ./
COPY app app
COPY mobile_api mobile_api
COPY notifications notifications
COPY scripts scripts
COPY migrations migrations
COPY --from=web /srv/cong-truong/web/dist web/dist
# Editable: migrations, templates and web/dist are found beside the code, as in a checkout.
RUN pip install --no-deps --no-build-isolation --editable . \
    && python -m compileall -q /opt/venv/lib app mobile_api notifications scripts

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /var/lib/cong-truong --create-home cong-truong
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/cong-truong /srv/cong-truong
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/var/lib/cong-truong \
    HOST=0.0.0.0 \
    PORT=8000
# A number, so that an orchestrator can see that it is not root.
USER 10001
WORKDIR /var/lib/cong-truong
VOLUME /var/lib/cong-truong
EXPOSE 8000
# For the API. Relay and worker serve no HTTP: start them with --no-healthcheck.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health/live', timeout=2)"]
ENTRYPOINT ["cong-truong"]
CMD ["serve"]
