#!/usr/bin/env python3
"""Writes the files that are compiled in: themes/ and examples/ as Swift text, so that the binary runs from any folder.

    .ci/embed.py           write them
    .ci/embed.py --check   change nothing; exit 1 when one is not what it would write
"""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# folder, Swift file, type, what the doc comment says; a folder or target that is not there is left out.
SETS = [
    ("themes", "Sources/Dashboard/Themes/ShippedThemes.swift", "ShippedThemes", "The themes that are compiled in"),
    ("examples", "Sources/promptchain/ShippedExamples.swift", "ShippedExamples", "The examples that are compiled in"),
]


def swift(folder, name, summary):
    lines = [
        f"// Made from {folder}/ by .ci/embed.py; do not edit.",
        "",
        "// swift-format-ignore-file",
        "",
        f"/// {summary}, as they stand in `{folder}/`.",
        f"enum {name} {{",
        "    /// File names and texts, sorted by name.",
        "    static let files: [(name: String, text: String)] = [",
    ]
    for path in sorted((ROOT / folder).glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        body = "\n".join(("        " + line).rstrip() for line in text.split("\n"))
        lines += ["        (", f'            "{path.name}",', '            ##"""', body.rstrip("\n ") + "\n", '        """##', "        ),"]
    return "\n".join(lines + ["    ]", "}", ""])


def main():
    check = sys.argv[1:] == ["--check"]
    stale = []
    for folder, target, name, summary in SETS:
        path = ROOT / target
        if not (ROOT / folder).is_dir() or not path.parent.is_dir():
            continue
        text = swift(folder, name, summary)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(target)
            if not check:
                path.write_text(text, encoding="utf-8")
    for target in stale:
        print(f"{target}: {'stale; run .ci/embed.py' if check else 'written'}")
    return 1 if check and stale else 0


sys.exit(main())
