"""Shows on a terminal how far the filling is."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.settings import Settings
from scripts.demo.seed import seed


def seed_and_show(settings: Settings) -> None:
    """Fill the empty database of `settings`, with a bar a step."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    tasks = {}
    with Progress(*columns, console=Console(highlight=False)) as progress:

        def say(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(step, total=total)
            progress.update(tasks[step], completed=done, total=total)

        seed(settings, on_progress=say)
