"""The base of all records."""

from typing import Self

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A record: never changed in place, never with a field that nobody declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def but(self, **changes: object) -> Self:
        """Return a validated copy with some fields changed; the record itself stays as it was.

        Raises:
            pydantic.ValidationError: a changed value does not fit its field.
        """
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self).model_validate(fields | changes)
