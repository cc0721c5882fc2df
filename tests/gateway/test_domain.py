"""Names and kinds of address: custom domain, endpoint type, tags."""

from pathlib import Path

from tests.environment_files import MINIMAL
from tests.gateway.routes import resources
from tests.synthesis import rendered_text

CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/0a1b"
DOMAIN = f'[domain]\ndomain_name = "api.example.com"\ncertificate_arn = "{CERTIFICATE}"\n'


def with_api(lines: str) -> str:
    return MINIMAL.replace('name = "api"', f'name = "api"\n{lines}')


def test_a_regional_domain(tmp_path: Path) -> None:
    rendered = rendered_text(tmp_path, MINIMAL + DOMAIN)
    assert rendered["resource"]["aws_api_gateway_domain_name"] == {
        "domain": {
            "domain_name": "api.example.com",
            "regional_certificate_arn": CERTIFICATE,
            "security_policy": "TLS_1_2",
            "endpoint_configuration": {"types": ["REGIONAL"]},
        }
    }
    assert rendered["resource"]["aws_api_gateway_base_path_mapping"] == {
        "domain": {
            "domain_name": "${aws_api_gateway_domain_name.domain.domain_name}",
            "api_id": "${aws_api_gateway_stage.stage.rest_api_id}",
            "stage_name": "${aws_api_gateway_stage.stage.stage_name}",
            # Destroyed before the old stage, which AWS does not delete while a mapping refers to it.
            "lifecycle": {"replace_triggered_by": ["aws_api_gateway_stage.stage.stage_name"]},
        }
    }
    values = {name: output["value"] for name, output in rendered["output"].items()}
    assert values["http_endpoint"] == "https://api.example.com"
    assert values["url_post_chat"] == "https://api.example.com/chat"
    assert values["domain_target"] == "${aws_api_gateway_domain_name.domain.regional_domain_name}"
    assert values["domain_target_zone_id"] == "${aws_api_gateway_domain_name.domain.regional_zone_id}"


def test_base_path_mutual_tls_and_no_other_address(tmp_path: Path) -> None:
    more = """
        base_path = "llm"
        ownership_verification_certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/0c"
        mutual_tls = { truststore_uri = "s3://bucket/ca.pem", truststore_version = "3" }
    """
    rendered = rendered_text(tmp_path, with_api("disable_execute_api_endpoint = true") + DOMAIN + more)
    domain = rendered["resource"]["aws_api_gateway_domain_name"]["domain"]
    assert domain["mutual_tls_authentication"] == {"truststore_uri": "s3://bucket/ca.pem", "truststore_version": "3"}
    assert domain["ownership_verification_certificate_arn"] == "arn:aws:acm:us-east-1:111122223333:certificate/0c"
    assert rendered["resource"]["aws_api_gateway_base_path_mapping"]["domain"]["base_path"] == "llm"
    assert rendered["resource"]["aws_api_gateway_rest_api"]["api"]["disable_execute_api_endpoint"] is True
    assert rendered["output"]["url_post_chat"]["value"] == "https://api.example.com/llm/chat"


def test_an_edge_domain_has_its_certificate_and_its_target_elsewhere(tmp_path: Path) -> None:
    rendered = rendered_text(tmp_path, with_api('endpoint_type = "EDGE"') + DOMAIN)
    assert rendered["resource"]["aws_api_gateway_domain_name"] == {
        "domain": {
            "domain_name": "api.example.com",
            "certificate_arn": CERTIFICATE,
            "security_policy": "TLS_1_2",
            "endpoint_configuration": {"types": ["EDGE"]},
        }
    }
    target = rendered["output"]["domain_target"]["value"]
    assert target == "${aws_api_gateway_domain_name.domain.cloudfront_domain_name}"


def test_a_private_api(tmp_path: Path) -> None:
    text = with_api(
        'endpoint_type = "PRIVATE"\nvpc_endpoint_ids = ["vpce-0b", "vpce-0a"]\nbinary_media_types = ["audio/mpeg"]'
    )
    created = resources(tmp_path, text + '[resource_policy]\nsource_vpc_endpoints = ["vpce-0a", "vpce-0b"]')
    assert created["aws_api_gateway_rest_api"] == {
        "api": {
            "name": "api",
            "endpoint_configuration": {"types": ["PRIVATE"], "vpc_endpoint_ids": ["vpce-0a", "vpce-0b"]},
            "binary_media_types": ["audio/mpeg"],
            "lifecycle": {"create_before_destroy": True},
        }
    }


def test_tags_go_on_everything_by_the_provider(tmp_path: Path) -> None:
    rendered = rendered_text(tmp_path, MINIMAL + '[tags]\nteam = "ml"\ncost-center = "4711"')
    assert rendered["provider"]["aws"] == [
        {"region": "us-east-1", "default_tags": [{"tags": {"team": "ml", "cost-center": "4711"}}]}
    ]


def test_tls_and_ip_versions_of_the_api_and_of_its_domain(tmp_path: Path) -> None:
    tls = 'security_policy = "SecurityPolicy_TLS13_1_3_2025_09"\nendpoint_access_mode = "STRICT"\n'
    text = with_api(tls + 'ip_address_type = "dualstack"').replace(
        'region = "us-east-1"', 'region = "us-east-1"\nprovider_version = "~> 6.53"'
    )
    created = rendered_text(tmp_path, text + DOMAIN + tls)["resource"]
    api = created["aws_api_gateway_rest_api"]["api"]
    domain = created["aws_api_gateway_domain_name"]["domain"]
    for body in (api, domain):
        assert (body["security_policy"], body["endpoint_access_mode"]) == (
            "SecurityPolicy_TLS13_1_3_2025_09",
            "STRICT",
        )
        assert body["endpoint_configuration"] == {"types": ["REGIONAL"], "ip_address_type": "dualstack"}


def test_a_domain_may_take_other_ip_versions_than_its_api(tmp_path: Path) -> None:
    created = resources(tmp_path, with_api('ip_address_type = "dualstack"') + DOMAIN + 'ip_address_type = "ipv4"\n')
    domain = created["aws_api_gateway_domain_name"]["domain"]
    assert domain["endpoint_configuration"] == {"types": ["REGIONAL"], "ip_address_type": "ipv4"}
    api = created["aws_api_gateway_rest_api"]["api"]
    assert api["endpoint_configuration"] == {"types": ["REGIONAL"], "ip_address_type": "dualstack"}
