"""Hooks (extension points, dependency inversion): how a room uses what stands above it, which it must not import."""

from typing import Generic, TypeVar

T = TypeVar("T")


class Hook(Generic[T]):
    """A value that a room above gives. Both ends name it: here what it is for, in `filled_in` the module that fills it."""

    def __init__(self, meaning: str, *, filled_in: str) -> None:
        self.meaning, self.filled_in = meaning, filled_in
        self._values: list[T] = []

    def fill(self, value: T) -> None:
        if self._values:
            raise RuntimeError(f"This hook is filled already: {self.meaning}")
        self._values.append(value)

    @property
    def value(self) -> T:
        if not self._values:
            raise RuntimeError(f"{self.filled_in} has not filled this hook: {self.meaning}")
        return self._values[0]
