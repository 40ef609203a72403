"""The papers that benefits issue: each with its facts and its template."""
