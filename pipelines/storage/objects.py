"""Object stores (S3, Google's, Azure's) as a file system: objects by key in a bucket, whole once they are there.

They have no folders: one is there while there is an object below it. They rename by a copy.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import obstore
from obstore.store import from_url

from pipelines.storage import stores
from pipelines.storage.filesystems import FileSystem
from pipelines.storage.object_files import Reader, Writer, telling


class ObjectStore(FileSystem):
    """The objects of one bucket; a path is a key behind a slash."""

    root_marker = "/"

    def __init__(self, bucket: str, **options: Any) -> None:
        """The bucket is given by its URL, without a path. Raises OSError."""
        super().__init__(**options)
        with telling(bucket):
            self._store = from_url(bucket, **stores.for_files(bucket))

    @classmethod
    def _strip_protocol(cls, path: Any) -> Any:
        if isinstance(path, list):
            return [cls._strip_protocol(one) for one in path]
        return "/" + (urlsplit(path).path if "://" in path else path).strip("/")

    @staticmethod
    def _get_kwargs_from_urls(path: str) -> dict[str, str]:
        url = urlsplit(path)
        return {"bucket": f"{url.scheme}://{url.netloc}"}

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """What is at a path. Raises FileNotFoundError, OSError."""
        key = _key(path)
        with telling(path):
            try:
                return _file(obstore.head(self._store, key)) if key else _folder("")
            except FileNotFoundError:
                if next(iter(obstore.list(self._store, key, chunk_size=1)), None):
                    return _folder(key)
                raise

    def ls(self, path: str, **options: Any) -> list[Any]:
        """What is directly below a path: nothing where there is nothing. Raises OSError."""
        with telling(path):
            found = obstore.list_with_delimiter(self._store, _key(path))
        entries = [*map(_folder, found["common_prefixes"]), *map(_file, found["objects"])]
        return entries if options.get("detail", True) else [entry["name"] for entry in entries]

    def find(self, path: str, **options: Any) -> Any:
        """All objects below a path. Raises OSError."""
        if options.get("withdirs") or options.get("maxdepth") is not None:
            return super().find(path, **options)
        with telling(path):
            files = [_file(one) for some in obstore.list(self._store, _key(path)) for one in some]
        found = {file["name"]: file for file in files}
        return found if options.get("detail") else list(found)

    def modified(self, path: str) -> Any:
        """When an object was written. Raises FileNotFoundError, OSError."""
        return self.info(path)["mtime"]

    def makedirs(self, path: str, **_: Any) -> None:
        """Nothing: there are no folders."""

    def mv(self, path1: str, path2: str, **_: Any) -> None:
        """Copy an object and remove it. Raises FileNotFoundError, OSError."""
        with telling(path1):
            obstore.rename(self._store, _key(path1), _key(path2))

    def put_file(self, lpath: str, rpath: str, **_: Any) -> None:
        """Bring a local file here. Raises OSError."""
        with telling(rpath):
            obstore.put(self._store, _key(rpath), Path(lpath))

    def rm(self, path: str, *, recursive: bool = False, **_: Any) -> None:
        """Remove an object, or all below a path; what is not there is no fault. Raises OSError."""
        keys = list(map(_key, self.find(path))) if recursive else [_key(path)]
        with telling(path):
            obstore.delete(self._store, keys)

    def open(self, path: str, mode: str = "rb", **_: Any) -> "Reader | Writer":
        """An object to read, or a new one to write. Raises FileNotFoundError, OSError."""
        return Reader(self._store, _key(path)) if mode == "rb" else Writer(self._store, _key(path))


def _key(path: str) -> str:
    return path.strip("/")


def _file(about: Any) -> dict[str, Any]:
    return {"name": f"/{about['path']}", "type": "file", "size": about["size"], "mtime": about["last_modified"]}


def _folder(key: str) -> dict[str, Any]:
    return {"name": f"/{key}", "type": "directory", "size": 0}
