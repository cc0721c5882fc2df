"""All formats, in the order in which a log is compared with them. The most specific ones come first."""

from review.replay.formats.alb import ALB
from review.replay.formats.api_gateway_clf import API_GATEWAY_CLF
from review.replay.formats.api_gateway_csv import API_GATEWAY_CSV
from review.replay.formats.api_gateway_json import API_GATEWAY_JSON
from review.replay.formats.api_gateway_xml import API_GATEWAY_XML
from review.replay.formats.cloudfront import CLOUDFRONT
from review.replay.formats.cloudfront_json import CLOUDFRONT_JSON
from review.replay.formats.combined import COMBINED
from review.replay.formats.csv_with_header import CSV
from review.replay.formats.format import Format
from review.replay.formats.http_api_json import HTTP_API_JSON
from review.replay.formats.json_of_any_kind import JSON
from review.replay.formats.litellm import LITELLM
from review.replay.formats.spillway import SPILLWAY
from review.replay.formats.vllm import VLLM
from review.replay.formats.waf import WAF

FORMATS: tuple[Format, ...] = (
    SPILLWAY,
    WAF,
    LITELLM,
    CLOUDFRONT_JSON,
    API_GATEWAY_JSON,
    HTTP_API_JSON,
    JSON,
    CLOUDFRONT,
    CSV,
    API_GATEWAY_XML,
    API_GATEWAY_CSV,
    ALB,
    API_GATEWAY_CLF,
    COMBINED,
    VLLM,
)
