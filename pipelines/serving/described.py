"""What can be asked, as OpenAPI says it, and as a page that loads nothing from elsewhere."""

from base64 import b64encode
from hashlib import sha256
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from jinja2 import Environment

from pipelines.serving.replies import told
from pipelines.serving.schemas.answered import components, responses

router = APIRouter(tags=["description"])
STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
section { border-top: 1px solid; margin-top: 1.5rem; }
dt { font-weight: 600; }
"""
PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{ title }}: what can be asked</title>
<style>{{ style | safe }}</style></head>
<body><main>
<h1>{{ title }}</h1>
<p>Version {{ version }}. The same for programs: <a href="/openapi.json"><code>/openapi.json</code></a>.</p>
{% for path, methods in paths.items() %}{% for method, said in methods.items() %}<section>
<h2><code>{{ method | upper }} {{ path }}</code></h2>
<p>{{ said.description or said.summary }}</p>
{% if said.parameters %}<dl>{% for one in said.parameters %}
<dt><code>{{ one.name }}</code>{% if one.required %}, needed{% endif %}</dt><dd>{{ one.description }}</dd>{% endfor %}
</dl>{% endif %}
</section>
{% endfor %}{% endfor %}</main></body>
</html>
"""
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_page = Environment(autoescape=True).from_string(PAGE)


@router.get("/openapi.json", include_in_schema=False)
async def openapi(request: Request) -> Response:
    """What can be asked, as OpenAPI 3.1 says it."""
    return told(request, description_of(request.app))


@router.get("/docs", include_in_schema=False)
async def docs(request: Request) -> Response:
    """What can be asked, for people."""
    described = description_of(request.app)
    page = _page.render(**described["info"], paths=described["paths"], style=STYLE)
    return Response(page, headers={"Content-Security-Policy": POLICY}, media_type="text/html")


def description_of(app: FastAPI) -> dict[str, Any]:
    """What an application can be asked, and what it answers; its faults are not those that the framework has."""
    if app.openapi_schema is None:
        described = get_openapi(title=app.title, version=app.version, routes=app.routes)
        for path, methods in described["paths"].items():
            for said in methods.values():
                said["responses"] = responses(path, said)
        described["components"] = {"schemas": components()}
        app.openapi_schema = described
    return app.openapi_schema
