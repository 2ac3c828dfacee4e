"""Regions on a Dask cluster: the optional extra `dask`."""

from collections.abc import Callable, Iterable

from dask.distributed import Client

from matching.exact import Market, Solved


class DaskExecutor:
    """Solves each shard as a task of the client's cluster, where `matching` must be installed, too."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def map(self, function: Callable[[Market], Solved], parts: Iterable[Market]) -> list[Solved]:
        futures = self.client.map(function, list(parts), pure=False)
        found: list[Solved] = self.client.gather(futures)
        return found
