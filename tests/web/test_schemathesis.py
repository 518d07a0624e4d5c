"""Requests of all kinds, made from the OpenAPI document: none makes the server fail or break its word."""

from __future__ import annotations

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.web.conftest import Served

EXAMPLES = 6  # requests of each kind to each address
EXCLUDED = [positive_data_acceptance, negative_data_rejection]
"""That a text has no word to be looked for, no form of a parameter tells. And some wrong values, such as an empty
object, are nothing at all in an address. What is wrong and refused is in `test_bad_input`."""
KINDS = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)


def test_no_request_of_the_document_makes_the_server_fail(served: Served) -> None:
    document = schemathesis.openapi.from_url(f"{served.base_url}/openapi.json")
    operations = [found.ok() for found in document.get_all_operations()]
    asked = []
    for operation in operations:
        # An address without parameters can be asked in one way only.
        for kind in KINDS if operation.definition.raw.get("parameters") else KINDS[:1]:

            @settings(
                max_examples=EXAMPLES,
                deadline=None,
                database=None,
                derandomize=True,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=kind))
            def ask(case: schemathesis.Case) -> None:
                asked.append(case.call_and_validate(excluded_checks=EXCLUDED).status_code)

            ask()
    assert len(operations) >= 17
    assert set(asked) >= {200, 422}
