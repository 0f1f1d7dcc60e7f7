"""The MCP server: seven tools, resources, and an app that shows before and after."""
