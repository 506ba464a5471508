"""Makes the wheel `deepfix-bin`: the built binary, its components, the knowledge base and deepfix.toml.

    python sdk/bin/build.py --binary target/release/deepfix --out target/wheels

The platform in the wheel's name is the oldest glibc that the binary asks for (PEP 600); the binary must link
nothing but the C library, which is checked.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import platform
import re
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAME, VERSION = "deepfix_bin", "0.1.0"
#: What PEP 600 lets a wheel expect of every Linux.
SYSTEM = {"libc.so.6", "libm.so.6", "libgcc_s.so.1", "libpthread.so.0", "libdl.so.2", "librt.so.1"}
#: The same bytes from the same files: the earliest time that a ZIP archive knows.
EPOCH = (1980, 1, 1, 0, 0, 0)

METADATA = f"""\
Metadata-Version: 2.4
Name: deepfix-bin
Version: {VERSION}
Summary: The deepfix binary with its components and knowledge base
License-Expression: Apache-2.0
Requires-Python: >=3.10
"""


def tag(binary: bytes) -> str:
    """The platform that a binary needs."""
    machine = platform.machine().lower().replace("amd64", "x86_64")
    if sys.platform == "darwin":
        system = platform.mac_ver()[0].split(".")[0]
        return f"macosx_{system}_0_{machine}"
    if sys.platform == "win32":
        return f"win_{machine.replace('x86_64', 'amd64')}"
    wanted = {it.decode() for it in re.findall(rb"\x00(lib[A-Za-z0-9_+-]+\.so\.[0-9]+)(?=\x00)", binary)}
    if strange := wanted - SYSTEM:
        raise SystemExit(f"the binary needs {', '.join(sorted(strange))}; expected nothing but the C library")
    versions = {tuple(map(int, it)) for it in re.findall(rb"GLIBC_(\d+)\.(\d+)", binary)}
    if not versions:
        raise SystemExit("the binary names no version of glibc; expected one that is linked to it")
    return "manylinux_{}_{}_{}".format(*max(versions), machine)


def contents(binary: Path) -> list[tuple[str, bytes, int]]:
    """Names in the wheel, bytes and permissions."""
    found = [(f"{NAME}/__init__.py", (ROOT / "sdk/bin/deepfix_bin/__init__.py").read_bytes(), 0o644)]
    found.append((f"{NAME}/py.typed", b"", 0o644))
    inside = f"{NAME}/dist"
    found.append((f"{inside}/{binary.name}", binary.read_bytes(), 0o755))
    found.append((f"{inside}/deepfix.toml", (ROOT / "deepfix.toml").read_bytes(), 0o644))
    for folder, pattern in (("components", "*.wasm"), ("kb", "*.md")):
        files = sorted((ROOT / folder).rglob(pattern))
        if not files:
            raise SystemExit(f"found no {pattern} in {folder}; expected those of `cargo xtask build`")
        found += [(f"{inside}/{it.relative_to(ROOT).as_posix()}", it.read_bytes(), 0o644) for it in files]
    return found


def build(binary: Path, out: Path) -> Path:
    """Writes the wheel."""
    files = contents(binary)
    platform_tag = tag(binary.read_bytes())
    info = f"{NAME}-{VERSION}.dist-info"
    wheel = f"Wheel-Version: 1.0\nGenerator: deepfix\nRoot-Is-Purelib: false\nTag: py3-none-{platform_tag}\n"
    scripts = "[console_scripts]\ndeepfix = deepfix_bin:main\n"
    files += [
        (f"{info}/METADATA", METADATA.encode(), 0o644),
        (f"{info}/WHEEL", wheel.encode(), 0o644),
        (f"{info}/entry_points.txt", scripts.encode(), 0o644),
        (f"{info}/licenses/LICENSE", (ROOT / "LICENSE").read_bytes(), 0o644),
    ]
    record = ""
    for name, data, _ in files:
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(data)}\n"
    files.append((f"{info}/RECORD", f"{record}{info}/RECORD,,\n".encode(), 0o644))
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{NAME}-{VERSION}-py3-none-{platform_tag}.whl"
    # A little larger than the best level, and seconds rather than a minute.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for name, data, mode in files:
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100000 | mode) << 16
            archive.writestr(entry, data)
    return path


def main() -> None:
    """The command."""
    arguments = argparse.ArgumentParser(description="Makes the wheel deepfix-bin.")
    arguments.add_argument("--binary", type=Path, default=ROOT / "target/release/deepfix")
    arguments.add_argument("--out", type=Path, default=ROOT / "target/wheels")
    given = arguments.parse_args()
    print(build(given.binary, given.out))


if __name__ == "__main__":
    main()
