# The image that `sweeps template service-compose` builds: `sweeps serve` as a user without rights.
#
# Its lines are checked; it was never built by those who wrote it.
#
#   sweeps template service-image -o Dockerfile
#   docker build --tag keras-sweeps:0.1.0 .
#
# PACKAGE may name a wheel in this folder, as in ./keras_sweeps-0.1.0-py3-none-any.whl[postgres]
FROM python:3.11.13-slim-bookworm
ARG PACKAGE=keras-sweeps[postgres]
RUN --mount=type=bind,target=/context cd /context && pip install --no-cache-dir "$PACKAGE"
RUN useradd --create-home --uid 1000 sweeps && install --directory --owner=sweeps /store /cache
USER sweeps
WORKDIR /store
ENV SWEEPS_CACHE_DIR=/cache PYTHONUNBUFFERED=1
EXPOSE 8765 5000
STOPSIGNAL SIGTERM
CMD ["sweeps", "serve", "--store", "/store"]
