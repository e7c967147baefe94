"""How a store is reached: its address, and each cloud's own way to find credentials.

No credential is a setting or an argument here; the only one that passes through is that
of Azure's connection string, which obstore does not read.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.fs as pafs
from obstore import store as stores

from pipelines.settings import CloudVariables
from pipelines.targets import TargetError
from pipelines.targets.object_store.place import Place, asked

if TYPE_CHECKING:
    from obstore.store import ClientConfig

PROFILES = (
    "AWS_PROFILE names a profile, which is read by boto3, and that is not installed; "
    "run: pip install boto3, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
)
# A part of a large file has to pass in one request, on a slow line too.
REQUEST, CONNECT = timedelta(minutes=2), timedelta(seconds=10)
RETRIES, PATIENCE = 8, timedelta(minutes=1)


def opened(url: str) -> Place:
    """Connect to an address such as ``s3://bucket/prefix``; nothing is asked yet.

    Raises:
        TargetError: what the environment says of credentials is none.
    """
    scheme, _, place = url.partition("://")
    bucket, _, prefix = place.partition("/")
    variables = CloudVariables()
    options: ClientConfig = {"timeout": REQUEST, "connect_timeout": CONNECT}
    given: dict[str, Any] = {
        "prefix": prefix or None,
        "client_options": options,
        "retry_config": {"max_retries": RETRIES, "retry_timeout": PATIENCE},
    }
    with asked(url, "opened"):
        if scheme == "s3":
            _allow_http(options, variables.s3_endpoint)
            return Place(url, stores.S3Store(bucket, **given, **_s3(bucket, variables)))
        if scheme == "gs":
            _allow_http(options, variables.google_base_url)
            return Place(url, stores.GCSStore(bucket, **given))
        container, _, host = bucket.partition("@")
        azure = _azure(host.partition(".")[0], variables)
        _allow_http(options, str(azure.get("endpoint", "")))
        return Place(url, stores.AzureStore(container, **given, **azure))


def _allow_http(options: "ClientConfig", endpoint: str) -> None:
    """Let an endpoint without TLS be one that the environment names as such."""
    if endpoint.startswith("http://"):
        options["allow_http"] = True


def _s3(bucket: str, variables: CloudVariables) -> dict[str, Any]:
    """Give what obstore does not find itself: a bucket's region, and a profile."""
    options: dict[str, Any] = {}
    if endpoint := variables.s3_endpoint:
        options["endpoint"] = endpoint
    elif not (variables.aws_region or variables.aws_default_region):
        try:
            options["region"] = pafs.resolve_s3_region(bucket)
        except (OSError, pa.ArrowException):
            options = {}  # what is asked next says why
    if variables.aws_profile and not variables.aws_access_key_id.get_secret_value():
        try:
            from obstore.auth.boto3 import (  # noqa: PLC0415 - few need it
                Boto3CredentialProvider,
            )
        except ImportError:
            raise TargetError(PROFILES) from None
        options["credential_provider"] = Boto3CredentialProvider()
    return options


def _azure(account: str, variables: CloudVariables) -> dict[str, Any]:
    """Give the account, and what a connection string says of it."""
    options: dict[str, Any] = {"account_name": account}
    connection = variables.azure_storage_connection_string.get_secret_value()
    given = dict(part.split("=", 1) for part in connection.split(";") if "=" in part)
    if given.get("AccountName") != account:
        return options
    if "AccountKey" in given:
        options["account_key"] = given["AccountKey"]
    elif "SharedAccessSignature" in given:
        options["sas_key"] = given["SharedAccessSignature"].lstrip("?")
    endpoint = given.get("BlobEndpoint", "")
    # An emulator's address names the account in the path, Azure's own in the host.
    if urlsplit(endpoint).path.strip("/") == account:
        options["endpoint"] = endpoint.rstrip("/")
    return options
