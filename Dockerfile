# lambda-ci as a GitHub Action and as a command: docker run --rm -v "$PWD:/workspace" IMAGE check
#
# BASE is AWS's own image of the Lambda runtime. A release gives it by digest (.github/workflows/release.yml);
# the tag below is what you get when you build this file yourself, and what GitHub builds for `uses:` at a branch.
ARG BASE=public.ecr.aws/lambda/python:3.13
FROM ${BASE}

# An environment of its own: the versions of requirements/run.txt, never those that AWS ships for functions.
COPY requirements/run.txt /opt/lambda-ci/requirements.txt
RUN export PYTHONDONTWRITEBYTECODE=1 \
 && python3 -m venv --without-pip /opt/lambda-ci/venv \
 && python3 -m pip --python /opt/lambda-ci/venv/bin/python --no-input --no-cache-dir --disable-pip-version-check \
      install --quiet --no-compile --only-binary=:all: --require-hashes -r /opt/lambda-ci/requirements.txt \
 && python3 -m compileall -q --invalidation-mode unchecked-hash /opt/lambda-ci/venv

# git tells what has changed (--changed-since) and fetches dependencies from repositories. Everything else works without it.
RUN if command -v microdnf >/dev/null; then \
      { microdnf install -y git-core && microdnf clean all; } || echo 'this image has no git: it could not be installed'; \
    fi

COPY lambda_ci /opt/lambda-ci/src/lambda_ci
COPY entrypoint.py /opt/lambda-ci/entrypoint.py
RUN python3 -B -m compileall -q --invalidation-mode unchecked-hash /opt/lambda-ci/src \
 && ln -s /opt/lambda-ci/entrypoint.py /usr/local/bin/lambda-ci

ARG VERSION=0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="lambda-ci" \
      org.opencontainers.image.description="Builds, deploys, tests and releases Python functions on AWS Lambda from any CI system" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

# The GitHub runner sets its own working directory and HOME, and needs root: the workspace belongs to its own user.
WORKDIR /workspace
USER root
ENTRYPOINT ["/opt/lambda-ci/venv/bin/python", "-I", "/opt/lambda-ci/entrypoint.py"]
