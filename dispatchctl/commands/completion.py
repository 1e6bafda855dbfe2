"""`completion SHELL`: the script that teaches a shell to complete dispatchctl's words. Layer: commands."""

import click

from dispatchctl.options import OneOf, command
from dispatchctl.output.terminal import write_stdout


@command("completion")
@click.argument("shell", type=OneOf(("bash", "zsh", "fish")))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script by which a shell completes commands, options, ids and keys.

    Example: dispatchctl completion bash > ~/.local/share/bash-completion/completions/dispatchctl
    """
    from click.shell_completion import ShellComplete, get_completion_class

    made = get_completion_class(shell)
    if made is None:  # not for the three above
        raise click.BadParameter(shell, ctx)
    script = made(ctx.find_root().command, {}, "dispatchctl", "_DISPATCHCTL_COMPLETE")
    # the class's own source() of bash starts a bash to look at its version; ours is called by one
    write_stdout(ShellComplete.source(script) + "\n")
