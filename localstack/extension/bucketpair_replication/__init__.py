"""S3 replication for the free LocalStack: what it accepts, it carries out."""

VERSION = "0.1.0"
LOCALSTACK_VERSION = "4.14.0"
