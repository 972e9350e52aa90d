"""A version on paper and in files. Only `pdf.py` imports WeasyPrint."""
