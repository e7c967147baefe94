"""Variables of the clouds' own tools that their libraries leave to us.

Belongs here: what reaches an object store and is no setting. Does not belong here: how
it is reached (``landing``, ``targets``).
"""

from pydantic import SecretStr
from pydantic_settings import BaseSettings


class CloudVariables(BaseSettings):
    """Variables of the clouds' own tools that their SDKs leave to us; no settings."""

    azure_storage_connection_string: SecretStr = SecretStr("")
    aws_access_key_id: SecretStr = SecretStr("")
    aws_profile: str = ""
    aws_region: str = ""
    aws_default_region: str = ""
    aws_endpoint_url: str = ""
    aws_endpoint_url_s3: str = ""
    google_base_url: str = ""

    @property
    def s3_endpoint(self) -> str:
        """The server that speaks S3, where it is not Amazon's own."""
        return self.aws_endpoint_url_s3 or self.aws_endpoint_url
