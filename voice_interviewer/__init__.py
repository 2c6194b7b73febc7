"""A spoken product-management interviewer that listens, follows up, and reports with evidence."""

__version__ = "0.1.0"
