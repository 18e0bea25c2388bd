"""命令行 — the commands of `python -m bot`: running the product and everything an operator does beside it."""

from __future__ import annotations

from importlib import import_module

import typer

# Each with its module below `bot.commands` and its name there. A start loads the one that is asked for.
COMMANDS = {
    "run": ("operate", "run"),
    "migrate": ("operate", "migrate"),
    "check-settings": ("operate", "check_settings"),
    "proof": ("content", "proof"),
    "preview": ("preview", "preview"),
    "demo": ("demonstrate", "demo"),
    "demo-load": ("demo", "load"),
    "invite": ("invite", "invite"),
    "alerts": ("alerts", "alerts"),
    "journal": ("journal", "journal"),
    "backup": ("backup", "backup"),
    "restore": ("restore", "restore"),
    "release": ("release", "release"),
}
# These have commands of their own; the module is called as they are.
GROUPS = ("register", "official", "content", "law", "campaign", "quarantine", "fallback")


def app_for(word: str = "") -> typer.Typer:
    """The command line as far as that first word needs it: one command, or all when it names none."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

    # Without it, one command alone would be taken for the whole line.
    @app.callback()
    def anshao() -> None:
        """Anshao: a chat bot for enterprise-safety outreach."""

    for name in [word] if word in COMMANDS else [] if word in GROUPS else COMMANDS:
        module, command = COMMANDS[name]
        app.command(name)(getattr(import_module(f"bot.commands.{module}"), command))
    for name in [word] if word in GROUPS else [] if word in COMMANDS else GROUPS:
        app.add_typer(import_module(f"bot.commands.{name}").app, name=name)
    return app
