"""The history of the schema. A revision that was released is never changed.

A new one: change `rows.py`, let Alembic compare it with a store of the old revision
(`alembic.command.revision(config, autogenerate=True)` with the configuration of
`upgrade.migrate`), read and correct what it wrote, and append its name to `upgrade.REVISIONS`.
The drift test says when that was forgotten.
"""
