"""Nonsense sent to every operation of the API: each answer is one of those that the contract describes, never a failure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from egide.doors.api.tokens import token_for
from egide.people.queries import user_by_role

_KEPT = ("code", "message", "remedy")


@pytest.fixture
def operations(centre, today: Callable[[str], None]) -> list[Any]:  # type: ignore[no-untyped-def]
    """Every operation of the published contract, each called in this process, on the real base."""
    today("2015-10-05")
    contract = schemathesis.openapi.from_wsgi(
        "/api/openapi.json", get_wsgi_application(), headers={"Host": "testserver"}
    )
    return [found.ok() for found in contract.get_all_operations()]


@pytest.mark.parametrize("role", ["administrator", "operator"])
def test_nonsense_is_refused_in_words(operations: list[Any], role: str) -> None:
    """Whatever a program sends: no failure of the server, the shapes of the contract, a refusal with its remedy."""
    headers = {"Authorization": f"Bearer {token_for(user_by_role(role).email)}", "Host": "testserver"}
    assert len(operations) > 12
    for operation in operations:

        @settings(max_examples=8, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(case=operation.as_strategy(), key=st.uuids().map(str))
        def sent(case: Any, key: str) -> None:
            case.headers = {**headers, "Idempotency-Key": key}
            with transaction.atomic():
                answer = case.call()
                case.validate_response(
                    answer, checks=[not_a_server_error, response_schema_conformance, content_type_conformance]
                )
                transaction.set_rollback(True)
            if answer.status_code >= 400:
                told = answer.json()
                assert all(told.get(part) for part in _KEPT), (case.operation.label, told)

        sent()
