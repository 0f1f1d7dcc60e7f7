"""ImgEdit-Bench: nine edit types scored 1 to 5, a hard set, and conversations of several turns."""
