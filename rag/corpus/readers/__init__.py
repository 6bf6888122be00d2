"""File formats → the text of articles and what the files say about them.

A reader takes the bytes of one file and knows one format. Readers of complex formats run in
a process of their own (`confined`), because what they read may have been made to harm.
"""
