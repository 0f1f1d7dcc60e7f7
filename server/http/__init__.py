"""The HTTP API: native runs, and the protocol of OpenAI's images over the loop."""
