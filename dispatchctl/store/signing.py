"""Signing a seal, and checking a signature, with OpenSSH's ssh-keygen. Layer: store.

Its one job is the three calls of that program: argv lists, never a shell; what is signed goes in by stdin, so that
nothing but the answer has to be read. The keys and the list of who may sign are the user's own files.
"""

import os
import subprocess
from typing import NamedTuple

from dispatchctl.errors import BadData, NotFound, SystemFailed

PROGRAM = "ssh-keygen"
NAMESPACE = "dispatchctl-seal"  # what a signature is for: one made for something else does not pass here
PATIENCE = 120  # seconds; a person may have to type a passphrase


class Checked(NamedTuple):
    """A signature as it was found. sound: it is one of these very bytes. signer: who, "" where nobody was asked for.

    message: what is wrong, "" where nothing is.
    """

    sound: bool
    signer: str
    message: str


def require_key(key: str) -> None:
    """NotFound where there is no such file of a key: asked before anything is done that is to be signed."""
    if not os.path.isfile(key):
        raise NotFound("there is no such key", place=key, hint="make one: ssh-keygen -t ed25519 -f FILE")


def require_signers(allowed: str) -> None:
    """NotFound where there is no such list of who may sign: asked also where no seal is there to be checked by it."""
    if not os.path.isfile(allowed):
        raise NotFound("there is no such list of signers", place=allowed)


def sign_bytes(data: bytes, key: str) -> bytes:
    """The signature of some bytes by the private key in a file (or its public half, where an agent has the key).

    NotFound as require_key; SystemFailed where ssh-keygen is missing or does not sign.
    """
    require_key(key)
    done = _call(["-Y", "sign", "-f", key, "-n", NAMESPACE], data)
    if done.returncode or b"BEGIN SSH SIGNATURE" not in done.stdout:
        raise SystemFailed(f"could not sign: {_say(done)}", place=key)
    return done.stdout


def check_signature(data: bytes, signature: str, allowed: str) -> Checked:
    """Whether the file `signature` holds one of these bytes by somebody whom the file `allowed` lists.

    allowed: as in ssh-keygen(1), ALLOWED SIGNERS; "": whose signature it is is not asked. NotFound for a list that is
    not there; SystemFailed where ssh-keygen is missing.
    """
    if not allowed:
        done = _call(["-Y", "check-novalidate", "-n", NAMESPACE, "-s", signature], data)
        return Checked(done.returncode == 0, "", "" if done.returncode == 0 else _say(done))
    require_signers(allowed)
    found = _call(["-Y", "find-principals", "-s", signature, "-f", allowed], b"")
    signers = found.stdout.decode("utf-8", "replace").split("\n")[0].strip()
    if found.returncode or not signers:
        return Checked(False, "", "nobody in the list of signers made it")
    signer = signers.split(",")[0]
    done = _call(["-Y", "verify", "-f", allowed, "-I", signer, "-n", NAMESPACE, "-s", signature], data)
    return Checked(done.returncode == 0, signer, "" if done.returncode == 0 else _say(done))


def _call(arguments: list[str], data: bytes) -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run([PROGRAM, *arguments], input=data, capture_output=True, timeout=PATIENCE, check=False)
    except FileNotFoundError:
        raise SystemFailed("is not installed", place=PROGRAM, hint="it comes with OpenSSH") from None
    except subprocess.TimeoutExpired:
        raise SystemFailed(f"did not answer within {PATIENCE} seconds", place=PROGRAM) from None
    except OSError as error:
        raise BadData(f"cannot be run: {error.strerror}", place=PROGRAM) from error


def _say(done: "subprocess.CompletedProcess[bytes]") -> str:
    """The last line that the program had to say, or its exit code."""
    lines = [line.strip() for line in done.stderr.decode("utf-8", "replace").split("\n") if line.strip()]
    return lines[-1] if lines else f"ssh-keygen ended with {done.returncode}"
