"""The embedded thinker: it looks at pixels and closes the loop with numbers, without a model."""
