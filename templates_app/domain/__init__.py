"""The template language: pure Python, no database, no framework."""
