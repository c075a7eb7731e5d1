"""Pupils, their enrolments and their cards."""
