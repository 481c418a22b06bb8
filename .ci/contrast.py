#!/usr/bin/env python3
"""Checks the contrast of every theme in themes/, in 24-bit colour and after the way down to 256 colours.

    .ci/contrast.py        prints what is hard to see; exit 1 when something is

It reads the files and reckons by itself (WCAG 2.1, success criteria 1.4.3 and 1.4.11; Oklab for the nearest of 256), so
that it does not share a mistake with the program. With 16 colours every theme gives way to the terminal's own.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Lines and rests of bars; what is hidden there is said by something else.
DECORATION = {"background", "border", "gauge-rest", "memory-free"}
# Signs, lines that show the focus, and text of things to come.
SIGNS = {"faint", "border-focused", "dialog-border"}
ROWS = {"text", "muted", "strong", "good", "busy", "warning", "error", "info", "stale"}
CUBE = [0, 95, 135, 175, 215, 255]
PALETTE = [(CUBE[i // 36], CUBE[i // 6 % 6], CUBE[i % 6]) for i in range(216)] + [(8 + 10 * i,) * 3 for i in range(24)]


def linear(value):
    share = value / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def luminance(color):
    red, green, blue = map(linear, color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def oklab(color):
    red, green, blue = map(linear, color)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


LABS = [oklab(color) for color in PALETTE]


def nearest256(color):
    wanted = oklab(color)
    distances = [sum((a - b) ** 2 for a, b in zip(wanted, lab)) for lab in LABS]
    return PALETTE[distances.index(min(distances))]


def read(path):
    """The styles of a theme: role to (ink, paper), as 24-bit colours."""
    palette, roles, section = {}, {}, None
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"(\w+):\s*$", line):
            section = match[1]
        elif match := re.match(r"  ([\w-]+):\s*(.+?)\s*$", line):
            name, value = match[1], match[2].strip('"')
            if section == "palette":
                palette[name] = tuple(int(value[i : i + 2], 16) for i in (1, 3, 5))
            elif section == "roles":
                ink = paper = None
                words = value.split()
                for index, word in enumerate(words):
                    if word in palette and index and words[index - 1] == "on":
                        paper = palette[word]
                    elif word in palette:
                        ink = palette[word]
                roles[name] = (ink, paper)
    return roles


def findings(roles, shown):
    for role, (ink, paper) in roles.items():
        if role in DECORATION or role.startswith("selection"):
            continue
        ink = ink or roles["text"][0]
        papers = [paper] if paper else [roles["background"][1], roles["dialog"][1]]
        if not paper and role in ROWS:
            papers += [roles[name][1] for name in ("selection", "selection-unfocused") if roles[name][0] is None]
        least = 3 if role in SIGNS else 4.5
        worst = min(ratio(shown(ink), shown(one)) for one in papers if one)
        if worst < least:
            yield role, worst, least


def main():
    failed = False
    for path in sorted((ROOT / "themes").glob("*.yaml")):
        roles = read(path)
        for depth, shown in (("24-bit", lambda color: color), ("256 colours", nearest256)):
            for role, worst, least in findings(roles, shown):
                failed = True
                print(f"{path.name}: {role} has {worst:.2f} to 1 in {depth}, and needs {least}")
    return 1 if failed else 0


sys.exit(main())
