"""The papers that contracts issue: each with its facts and its template."""
