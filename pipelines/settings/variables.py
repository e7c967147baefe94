"""The names of the environment variables that set something."""

from pydantic import BaseModel


def names_of_variables(
    settings: type[BaseModel], prefix: str = "UNITMILL_"
) -> list[str]:
    """Name every variable that sets something."""
    names = []
    for name, field in settings.model_fields.items():
        if isinstance(field.default, BaseModel):
            names += names_of_variables(
                type(field.default), f"{prefix}{name}__".upper()
            )
        else:
            names.append(f"{prefix}{name}".upper())
    return names
