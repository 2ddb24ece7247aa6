"""The routes that say how the server is."""

from fastapi import APIRouter, Response

router = APIRouter()


@router.get("/healthz")
async def healthz() -> Response:
    """That the server is alive."""
    return Response(b'{"alive":true}', media_type="application/json")
