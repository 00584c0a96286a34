"""Undo and redo of recipe edits, without a window."""

from dataclasses import dataclass, field, replace
from typing import Self

from engine.contract.recipe import Recipe

LIMIT = 200


@dataclass(frozen=True)
class RecipeHistory:
    """Recipes before and after the present one.

    >>> history = RecipeHistory(first).with_edit(second, "prune.ratio")
    >>> history.undone().present is first
    True
    """

    present: Recipe
    past: tuple[Recipe, ...] = ()
    future: tuple[Recipe, ...] = ()
    last_edit: str = field(default="", compare=False)

    def with_edit(self, recipe: Recipe, what: str) -> Self:
        """The recipe after an edit of ``what``; edits of one field in a row, as a slider makes, are one."""
        if recipe == self.present:
            return self
        is_same = bool(self.past) and what == self.last_edit
        past = self.past if is_same else (*self.past, self.present)[-LIMIT:]
        return replace(self, present=recipe, past=past, future=(), last_edit=what)

    def undone(self) -> Self:
        """One edit back; itself where there is none."""
        if not self.past:
            return self
        *past, present = self.past
        return replace(
            self, present=present, past=tuple(past), future=(self.present, *self.future), last_edit=""
        )

    def redone(self) -> Self:
        """One edit forward again; itself where there is none."""
        if not self.future:
            return self
        present, *future = self.future
        return replace(
            self, present=present, past=(*self.past, self.present), future=tuple(future), last_edit=""
        )
