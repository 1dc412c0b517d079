# ruff: noqa: SLF001 - reaching into ministack is what this module is for
"""API Gateway as `chalice deploy` needs it of ministack 1.5.33: a REST API made and overwritten from Swagger 2.0.

And CloudFront in front of it, which ministack would look for on the internet.
"""

import json
import os
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

from ministack.services import apigateway_v1 as gateway
from ministack.services import cloudfront, route53

Json = dict[str, Any]
_fetch = cloudfront._fetch_from_origin
_handle, _import_operation, _update = gateway.handle_request, gateway._import_operation, gateway._update_rest_api


def take_swagger() -> None:
    """Add ImportRestApi and PutRestApi, with what ministack's own import leaves out of an operation."""
    gateway.handle_request = _handle_request
    gateway._import_operation = _import_whole_operation
    gateway._update_rest_api = _update_rest_api


def serve_behind_cloudfront() -> None:
    """Let distributions reach REST APIs, with the viewer's address where the origin request policy asks for it; and
    have them reached by the owner's own names, once these lead there.
    """
    from ministack import app

    cloudfront._fetch_from_origin = _fetch_from_origin
    parse = app._parse_cloudfront_dataplane_host
    app._parse_cloudfront_dataplane_host = lambda host: parse(host) or _label_of_own_name(host)


def _label_of_own_name(host: str) -> str | None:
    """Of the distribution that has that alias, where a record in Route 53 leads to it, or the file `MINISTACK_DNS`
    names it: a domain that is kept elsewhere.
    """
    name = host.partition(":")[0].lower()
    for distribution in cloudfront._distributions.values():
        if name in cloudfront._get_distribution_aliases(distribution) and _is_known(name):
            return str(distribution["DomainName"]).partition(".")[0]
    return None


def _is_known(name: str) -> bool:
    elsewhere = Path(os.environ.get("MINISTACK_DNS", "/nowhere"))
    if elsewhere.exists() and name in elsewhere.read_text().split():
        return True
    return any(record["Name"].rstrip(".") == name for zone in route53._records.values() for record in zone)


async def _fetch_from_origin(
    origin: Json,
    method: str,
    uri: str,
    query: str,
    headers: Json,
    body: bytes,
    is_https: bool,
    client: str,
    *rest: Any,
) -> Any:
    host = origin["domain_name"]
    if ".execute-api." not in host:
        return await _fetch(origin, method, uri, query, headers, body, is_https, client, *rest)
    sent = cloudfront._origin_request_headers(origin, headers, client, "")
    sent["cloudfront-viewer-address"] = f"{client}:443"
    stage, _, path = f"{origin.get('origin_path') or ''}{uri}".lstrip("/").partition("/")
    status, answered, content = await gateway.handle_execute(
        host.split(".")[0], stage, method, unquote(f"/{path}"), sent, body, parse_qs(query, keep_blank_values=True)
    )
    return status, HTTPStatus(status).phrase, {name.lower(): value for name, value in answered.items()}, content


async def _handle_request(method: str, path: str, headers: Json, body: bytes, query: Json) -> Any:
    match method, path.strip("/").split("/"):
        case "POST", ["restapis"] if query.get("mode"):
            return _imported(json.loads(body), query)
        case "PUT", ["restapis", api_id]:
            return _overwritten(api_id, json.loads(body))
    return await _handle(method, path, headers, body, query)


def _imported(swagger: Json, query: Json) -> Any:
    kinds = query.get("endpointConfigurationTypes", "EDGE")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    settings = {**_settings(swagger), "endpointConfiguration": {"types": kinds}}
    api_id = gateway._import_rest_api(swagger, settings)
    _put_gateway_responses(api_id, swagger)
    return 201, *gateway._get_rest_api(api_id)[1:]


def _overwritten(api_id: str, swagger: Json) -> Any:
    """Everything but the stages is replaced; gateway responses too, as they are part of a definition on AWS."""
    if api_id not in gateway._rest_apis:
        return gateway._v1_error("NotFoundException", "Invalid API identifier specified", 404)
    root = next(each for each in gateway._resources[api_id].values() if each["path"] == "/")
    gateway._resources[api_id] = {root["id"]: {**root, "resourceMethods": {}}}
    gateway._authorizers_v1[api_id] = {}
    gateway._gateway_responses[api_id] = {}
    gateway._rest_apis[api_id].update(_settings(swagger))
    schemes = gateway._import_security_schemes(api_id, swagger)
    for path, operations in swagger.get("paths", {}).items():
        gateway._import_path_item(api_id, path, operations, schemes, swagger.get("security"))
    _put_gateway_responses(api_id, swagger)
    return gateway._get_rest_api(api_id)


def _put_gateway_responses(api_id: str, swagger: Json) -> None:
    for kind, response in swagger.get("x-amazon-apigateway-gateway-responses", {}).items():
        gateway._put_gateway_response(api_id, kind, response)


def _settings(swagger: Json) -> Json:
    policy = swagger.get("x-amazon-apigateway-policy")
    return {
        "binaryMediaTypes": swagger.get("x-amazon-apigateway-binary-media-types", []),
        "policy": json.dumps(policy) if policy else None,
    }


def _import_whole_operation(api_id: str, resource_id: str, method: str, operation: Json, *security: Any) -> None:
    _import_operation(api_id, resource_id, method, operation, *security)
    integration = operation.get("x-amazon-apigateway-integration")
    if integration:
        gateway._put_integration(api_id, resource_id, method, _integration(integration))
        _put_responses(api_id, resource_id, method, operation.get("responses", {}), integration.get("responses", {}))


def _integration(given: Json) -> Json:
    return {
        "type": given.get("type", "").upper(),
        "httpMethod": given.get("httpMethod"),
        "uri": given.get("uri", ""),
        "requestTemplates": given.get("requestTemplates", {}),
        "contentHandling": given.get("contentHandling"),
        "passthroughBehavior": given.get("passthroughBehavior", "when_no_match").upper(),
    }


def _put_responses(api_id: str, resource_id: str, method: str, responses: Json, integrated: Json) -> None:
    """What a mock integration (Chalice's CORS preflight) answers."""
    for status, response in responses.items():
        headers = {f"method.response.header.{name}": False for name in response.get("headers", {})}
        gateway._put_method_response(api_id, resource_id, method, status, {"responseParameters": headers})
    for pattern, response in integrated.items():
        content = {
            "selectionPattern": "" if pattern == "default" else pattern,
            "responseParameters": response.get("responseParameters", {}),
            "responseTemplates": response.get("responseTemplates", {}),
        }
        gateway._put_integration_response(api_id, resource_id, method, str(response["statusCode"]), content)


def _update_rest_api(api_id: str, data: Json) -> Any:
    """Chalice patches minimumCompressionSize as text: a number here, and nothing when it is off."""
    answer = _update(api_id, data)
    if api := gateway._rest_apis.get(api_id):
        size = api.get("minimumCompressionSize")
        api["minimumCompressionSize"] = None if size in (None, "") else int(size)
        return gateway._get_rest_api(api_id)
    return answer
