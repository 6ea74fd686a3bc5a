"""A file with what a module stores in flash: readable JSON, replaced as a whole.

It contains what AT+SYSSTORE, ``_DEF`` and similar commands put into flash, including passwords, so
only its owner may read it.
"""

import base64
import dataclasses
import errno
import json
import os
from pathlib import Path

from .state import Settings

_FORMAT = 1
_FIELDS = {field.name: field for field in dataclasses.fields(Settings) if field.name != "store"}


class BadFlash(ValueError):
    """A flash file cannot be used; the message says why."""


class FlashFile:
    """The flash of modules of one family, in a file."""

    def __init__(self, path, profile):
        self.path = Path(path)
        self.profile = profile
        self._written = None

    def load(self):
        """Read (settings, store) as the last run left them; (None, None) if there is no file yet.

        The store is for :meth:`~.pki.Store.restore`. Raises BadFlash, or OSError, which is also
        raised if the file could not be written later.
        """
        folder = self.path.absolute().parent
        if not folder.is_dir():
            raise FileNotFoundError(errno.ENOENT, "there is no such folder", str(folder))
        if not os.access(folder, os.W_OK):
            raise PermissionError(errno.EACCES, "nothing can be written there", str(folder))
        try:
            text = self.path.read_text("utf-8")
        except FileNotFoundError:
            return None, None
        try:
            content = json.loads(text, object_hook=_from_json)
            self._check(content)
            settings = Settings(**{name: _tuples(v) for name, v in content["settings"].items()})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BadFlash(f"{self.path} is no flash of a module: {error}") from None
        self._written = text
        return settings, content["store"]

    def _check(self, content):
        if content["espat flash"] != _FORMAT:
            raise ValueError(f"its format is {content['espat flash']}, and {_FORMAT} is known")
        if content["profile"] != self.profile:
            raise ValueError(f"it belongs to {content['profile']}, not {self.profile}")
        unknown = content["settings"].keys() - _FIELDS.keys()
        if unknown:
            raise ValueError(f"no settings {', '.join(sorted(unknown))}")
        for name, value in content["settings"].items():
            wanted = getattr(Settings(), name)
            if isinstance(wanted, (bytes, str)) and not isinstance(value, type(wanted)):
                if not (isinstance(wanted, bytes) and isinstance(value, str)):
                    raise ValueError(f"{name} is {value!r}")
                content["settings"][name] = value.encode()
            elif isinstance(wanted, int) and not isinstance(value, int):
                raise ValueError(f"{name} is {value!r}")

    def save(self, flash):
        """Write ``flash`` if it has changed since the last time; returns whether it has."""
        settings = {name: getattr(flash, name) for name in _FIELDS}
        content = {
            "espat flash": _FORMAT,
            "profile": self.profile,
            "settings": settings,
            "store": flash.store.kept() if flash.store else {},
        }
        text = json.dumps(_to_json(content), indent=2, ensure_ascii=False) + "\n"
        if text == self._written:
            return False
        self._replace(text)
        self._written = text
        return True

    def _replace(self, text):
        """Replace the file at once, so that a reader finds the old or the new content."""
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            with open(beside, "w", encoding="utf-8", opener=_private) as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, self.path)
        except BaseException as error:
            beside.unlink(missing_ok=True)
            if isinstance(error, OSError):  # it names no file, or the temporary one
                raise OSError(error.errno, error.strerror, str(self.path)) from None
            raise


def _private(path, flags):
    return os.open(path, flags, 0o600)


def _to_json(value):
    """Convert bytes to text if they are printable UTF-8, else to base64."""
    if isinstance(value, dict):
        return {key: _to_json(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_to_json(each) for each in value]
    if not isinstance(value, bytes):
        return value
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = None
    if text is not None and all(char.isprintable() or char in "\n\r\t" for char in text):
        return {"text": text}
    return {"base64": base64.b64encode(value).decode()}


def _from_json(table):
    if table.keys() == {"text"}:
        return table["text"].encode()
    if table.keys() == {"base64"}:
        return base64.b64decode(table["base64"], validate=True)
    return table


def _tuples(value):
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
