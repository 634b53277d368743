"""The film reviews of two posts: sweep files, figures, and the second post's own network."""
