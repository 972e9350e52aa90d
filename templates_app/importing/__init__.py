"""Bringing in procedures that an organisation has already: any file becomes a template, every line is accounted for.

    file ── reading ──▶ ReadFile (lines)  ── composing, with a person's choices ──▶ Imported (text, guesses, set aside)

Both steps import no Django and run in the killable child.
"""
