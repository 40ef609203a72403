"""The papers that premiums issue: each with its facts and its template."""
