"""Answers, articles and the page as HTML, in which no character of theirs is more than text.

Does not know Gradio, the browser or the index.
"""
