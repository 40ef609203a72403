"""``/api/docs``: the published contract as a page to read, drawn from the contract itself. No script, no network."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from egide.doors.api.entry import KEY, api

_WRITES = ("post", "put", "patch", "delete")


def docs(request: HttpRequest) -> HttpResponse:
    """Every operation by subject, with its inputs; the contract itself is ``/api/openapi.json``."""
    contract: dict[str, Any] = dict(api.get_openapi_schema())
    subjects: dict[str, list[dict[str, Any]]] = {}
    for path, methods in contract["paths"].items():
        for method, told in methods.items():
            shape = {
                "method": method.upper(),
                "path": path,
                "sentence": told.get("description") or told.get("summary", ""),
                "inputs": [{"name": one["name"], "place": one["in"]} for one in told.get("parameters", [])],
                "body": _body(contract, told),
                "writes": method in _WRITES and not path.endswith(("/preview", "/explain")),
            }
            subjects.setdefault((told.get("tags") or [""])[0], []).append(shape)
    context = {"subjects": subjects, "key": KEY, "version": contract["info"]["version"]}
    return render(request, "frame/api_docs.html", context)


def _body(contract: dict[str, Any], told: dict[str, Any]) -> list[str]:
    """The names of the fields that an operation reads from its body."""
    found: list[str] = []
    for content in told.get("requestBody", {}).get("content", {}).values():
        schema = content.get("schema", {})
        parts = [schema, *schema.get("allOf", [])]
        for part in parts:
            if reference := part.get("$ref"):
                part = contract["components"]["schemas"][reference.rsplit("/", 1)[-1]]  # noqa: PLW2901
            found.extend(part.get("properties", {}))
    return list(dict.fromkeys(found))
