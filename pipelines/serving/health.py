"""The routes that say how the server is: alive, ready, and what it measured."""

from typing import TYPE_CHECKING

from anyio import to_thread
from fastapi import APIRouter, Request, Response

from pipelines.serving.account import lake_metrics
from pipelines.serving.intake.exposition import exposition
from pipelines.serving.replies import told

if TYPE_CHECKING:
    from pipelines.serving.intake.intake import Intake
    from pipelines.serving.measuring import Measured
    from pipelines.serving.reading import Reading

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz(request: Request) -> Response:
    """That the server is alive."""
    return told(request, {"alive": True})


@router.get("/readyz")
async def readyz(request: Request) -> Response:
    """That a release can be read, from all stores that the server was given; else 503."""
    reading: Reading = request.app.state.reading
    return told(request, {"ready": True, "release": await to_thread.run_sync(reading.check)})


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """What there is in the lake, and what requests took, for Prometheus."""
    reading: Reading = request.app.state.reading
    measured: Measured = request.app.state.measured
    of_lake = await to_thread.run_sync(lake_metrics, reading.lake)
    intake: Intake | None = request.app.state.intake
    taken = "" if intake is None else exposition(intake.counts)
    return Response(of_lake + measured.exposition() + taken, media_type="text/plain; version=0.0.4; charset=utf-8")
