"""The document is true: Schemathesis asks for what it promises, and for nonsense."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import httpx
import msgspec
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given
from hypothesis import settings as hypothesis_settings
from hypothesis.strategies import SearchStrategy
from litestar import Litestar
from litestar.exceptions import ImproperlyConfiguredException
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.settings import Settings
from mobile_api.attendance import ScanBatch
from mobile_api.openapi import document
from mobile_api.scan_operation import ScanEnvelope
from scripts.servers.valkey import EmbeddedValkey
from tests.conftest import MASTER_KEY
from tests.documented import DOCUMENT
from tests.mobile_api.fuzzing import Fuzzed, serve_world

OPERATIONS: Final[dict[str, Any]] = {
    found.ok().label: found.ok()
    for found in schemathesis.openapi.from_dict(DOCUMENT).get_all_operations()
    if isinstance(found, Ok)
}
CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# A scan that cannot be read costs no other: it is answered, not refused.
ANSWERS_NONSENSE: Final = {
    "POST /v1/attendance/scans",
    # A file is judged by what is in it; its media type is a word.
    "POST /v1/contact-book/department-attachments",
}


@pytest.fixture(scope="module")
def fuzzed(
    database: str, valkey: EmbeddedValkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fuzzed]:
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("fuzzed"),
        database_url=database,
        redis_url=valkey.url,
        master_key=MASTER_KEY,
    )
    with serve_world(settings) as served:
        yield served


async def test_the_document_is_served_as_json_and_nothing_else_is_under_its_path(
    api: httpx.AsyncClient,
) -> None:
    answer = await api.get("/schema/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json"
    assert answer.json() == msgspec.to_builtins(DOCUMENT)
    # Pages that show it would load scripts of third parties.
    for path in ("/schema", "/schema/swagger", "/schema/redoc", "/schema/elements"):
        assert (await api.get(path)).status_code == 404


def test_every_reference_leads_somewhere_and_every_schema_is_used() -> None:
    text = msgspec.json.encode(DOCUMENT).decode()
    for reference in set(re.findall(r'"\$ref":"#/([^"]+)"', text)):
        node: Any = DOCUMENT
        for part in reference.split("/"):
            node = node[part]
    used = Counter(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert set(DOCUMENT["components"]["schemas"]) == set(used)


def test_every_operation_says_what_it_does_and_who_may() -> None:
    tags = {tag["name"] for tag in DOCUMENT["tags"]}
    used = set()
    for methods in DOCUMENT["paths"].values():
        for operation in methods.values():
            assert operation["summary"]
            assert operation["description"].startswith(operation["summary"][:20])
            assert (operation["security"] == []) == (operation["x-who"] == ["public"]) or (
                operation["operationId"] == "refresh"
            )
            used |= set(operation["tags"])
    assert used <= tags


def test_the_scan_envelope_that_is_shown_is_the_one_that_is_read() -> None:
    def fields(kind: type) -> dict[str, Any]:
        info = msgspec.inspect.type_info(kind)
        assert isinstance(info, msgspec.inspect.StructType)
        return {field.name: field.type for field in info.fields if field.name != "scans"}

    assert fields(ScanEnvelope) == fields(ScanBatch)


def test_two_routes_of_one_name_do_not_make_a_document(app: Litestar) -> None:
    first, second, *_ = [
        handler
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if handler.resolve_include_in_schema() and "OPTIONS" not in handler.http_methods
    ]
    first.operation_id = second.operation_id = "same"
    try:
        with pytest.raises(ImproperlyConfiguredException, match="both called same"):
            document(app)
    finally:
        first.operation_id = second.operation_id = None


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_boundary_of_the_schema_is_answered_as_the_document_says(
    fuzzed: Fuzzed, label: str
) -> None:
    """The least and the most of everything, each type for each other, other methods and media.

    What is against the schema is refused, an unknown query parameter too.
    """
    operation = OPERATIONS[label]
    checks = CHECKS if label in ANSWERS_NONSENSE else [*CHECKS, negative_data_rejection]
    home = fuzzed.path_of(operation.path)
    cases = operation.schema.iter_coverage_cases(
        operation,
        generation_modes=list(GenerationMode),
        generation_config=operation.schema.config.generation_for(operation=operation),
    )
    for number, case in enumerate(cases):
        # A method that is none of the operation's is only told so.
        is_own = case.method == operation.method.upper()
        if number == 0 and {"public", "gateway"}.isdisjoint(operation.definition.raw["x-who"]):
            assert send(fuzzed, case, {}, CHECKS).status_code == 401
        if is_own and number % 2:
            case.path_parameters |= home
            fuzzed.at_home(case)
        send(fuzzed, case, fuzzed.everybody.headers, checks if is_own else [not_a_server_error])


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("label", OPERATIONS)
def test_whatever_is_asked_for_is_answered_as_the_document_says(fuzzed: Fuzzed, label: str) -> None:
    """What is there, what is not, and what is against the schema, drawn at random."""
    operation = OPERATIONS[label]
    home = fuzzed.path_of(operation.path)
    ask(fuzzed, operation.as_strategy(path_parameters=home).map(fuzzed.at_home), examples=100)
    if not (operation.body or list(operation.iter_parameters())):
        return
    ask(fuzzed, operation.as_strategy(), examples=30)
    ask(fuzzed, operation.as_strategy(generation_mode=GenerationMode.NEGATIVE), examples=30)
    if operation.body:
        nonsense = operation.as_strategy(
            generation_mode=GenerationMode.NEGATIVE, path_parameters=home
        )
        ask(fuzzed, nonsense, examples=100, is_refused=label not in ANSWERS_NONSENSE)


def ask(
    fuzzed: Fuzzed, cases: SearchStrategy[Any], *, examples: int, is_refused: bool = False
) -> None:
    """Send the cases and hold each answer against the document."""
    checks = [*CHECKS, negative_data_rejection] if is_refused else CHECKS

    @hypothesis_settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
        verbosity=Verbosity.quiet,
    )
    @given(case=cases)
    def knock(case: Any) -> None:
        send(fuzzed, case, fuzzed.everybody.headers, checks)

    knock()


def send(
    fuzzed: Fuzzed, case: Any, headers: dict[str, str], checks: list[Any]
) -> requests.Response:
    """The answer, held against the document; afterwards the world is as it was."""
    answer = fuzzed.ask(case, headers)
    try:
        case.validate_response(answer, checks=checks)
    finally:
        if answer.status_code < 300 and case.method != "GET":
            fuzzed.reset()
    return answer
