"""What a chat agent edits with: a pydantic-ai capability and the toolset below it."""
