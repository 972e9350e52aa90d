"""Bringing in procedures that an organisation has: any file becomes a template, and every line is accounted for.

    file ── reading ──▶ ReadFile (lines) ── composing, with the person's choices ──▶ Imported (template, guesses, rest)

Both steps import no Django and run in the killable child.
"""
