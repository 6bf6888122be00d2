"""Scripts that fit what the package ships; run by developers, never by users."""
