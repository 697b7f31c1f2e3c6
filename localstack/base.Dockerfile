# LocalStack 4.14.0 on Debian 13, for where no image can be pulled: see base.sh.
ARG DEBIAN=bucketpair/debian:trixie
FROM ${DEBIAN}
COPY constraints.txt /tmp/constraints.txt
# A proxy's own certificates, where pip needs them; the file may hold nothing.
COPY build/pip.pem /tmp/pip.pem
ARG PIP_INDEX_URL
RUN if [ -s /tmp/pip.pem ]; then export PIP_CERT=/tmp/pip.pem; fi \
 && python3 -m venv /opt/localstack \
 && /opt/localstack/bin/pip install --quiet --no-cache-dir --no-compile \
      --constraint /tmp/constraints.txt 'localstack-core[runtime]==4.14.0' pytest==8.4.2
ENV PATH=/opt/localstack/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    FILESYSTEM_ROOT=/var/lib/localstack \
    GATEWAY_LISTEN=0.0.0.0:4566 \
    OVERRIDE_IN_DOCKER=0 \
    SKIP_SSL_CERT_DOWNLOAD=1 \
    DISABLE_EVENTS=1 \
    DNS_ADDRESS=0
EXPOSE 4566
CMD ["python", "-m", "localstack.runtime.main"]
