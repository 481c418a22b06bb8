#!/usr/bin/env python3
"""Holds the sources to the rules that the compiler does not know: which target may import what, which targets stay
pure, and what no source may contain. Prints every breach as file:line: message; exit status 1 when there is one."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

SYSTEM = {"Foundation", "Synchronization", "Glibc", "Darwin", "Musl"}

# target: (our targets, outside modules, system modules)
ARROWS = {
    "CellScreen": (set(), set(), set()),
    "PromptChainCore": (set(), set(), {"Foundation"}),
    "ModelManagement": (
        {"PromptChainCore"},
        {"AsyncHTTPClient", "NIOCore", "NIOHTTP1", "NIOSSL", "Logging", "Yams"},
        SYSTEM,
    ),
    "ChainEngine": ({"ModelManagement", "PromptChainCore"}, {"Yams", "Subprocess", "Logging"}, SYSTEM),
    "RunHistory": ({"PromptChainCore"}, {"GRDB", "NIOCore", "NIOPosix"}, SYSTEM),
    "Dashboard": ({"CellScreen", "PromptChainCore"}, {"Yams"}, {"Foundation"}),
    "Terminal": ({"CNcurses", "CTerminal", "CellScreen"}, set(), SYSTEM),
    "DashboardRuntime": (
        {"Dashboard", "ModelManagement", "ChainEngine", "RunHistory", "CellScreen", "PromptChainCore"},
        {"Logging"},
        SYSTEM,
    ),
    "OllamaSimulator": (
        set(),
        {"Hummingbird", "HummingbirdCore", "HTTPTypes", "Logging", "NIOCore", "NIOPosix", "NIOHTTP1", "ServiceLifecycle"},
        SYSTEM,
    ),
    "promptchain": (
        {
            "CellScreen", "ChainEngine", "Dashboard", "DashboardRuntime", "ModelManagement", "OllamaSimulator",
            "PromptChainCore", "RunHistory", "Terminal",
        },
        {"ArgumentParser", "Logging"},
        SYSTEM,
    ),
}

# Test targets: our targets that each may import beside its own; outside modules are those named here.
TESTS = {
    "CellScreenTests": ({"CellScreen"}, set()),
    "PromptChainCoreTests": ({"PromptChainCore"}, set()),
    "ModelManagementTests": ({"ModelManagement", "PromptChainCore", "ProviderStubs"}, {"Logging", "NIOCore", "Yams"}),
    "ChainEngineTests": (
        {
            "ChainEngine", "ModelManagement", "OllamaSimulator", "PromptChainCore", "ProviderStubs",
            "SimulatorTestSupport",
        },
        {"Logging"},
    ),
    "RunHistoryTests": ({"PromptChainCore", "RunHistory"}, {"GRDB", "GRDBSQLite", "NIOCore", "NIOPosix"}),
    "DashboardTests": ({"CellScreen", "Dashboard", "DashboardTestSupport", "PromptChainCore"}, set()),
    "TerminalTests": ({"CellScreen", "CTerminal", "Terminal"}, set()),
    "DashboardRuntimeTests": (
        {
            "CellScreen", "ChainEngine", "Dashboard", "DashboardRuntime", "DashboardTestSupport", "ModelManagement",
            "OllamaSimulator", "PromptChainCore", "ProviderStubs", "RunHistory", "SimulatorTestSupport",
        },
        {"Logging"},
    ),
    "OllamaSimulatorTests": ({"OllamaSimulator", "SimulatorTestSupport"}, {"AsyncHTTPClient", "NIOCore", "NIOHTTP1", "NIOPosix", "Logging"}),
    "CommandTests": ({"OllamaSimulator", "PromptChainCore", "ProviderStubs", "RunHistory"}, set()),
    "DashboardTestSupport": ({"CellScreen", "Dashboard", "PromptChainCore"}, set()),
    "SimulatorTestSupport": ({"ChainEngine", "ModelManagement", "OllamaSimulator", "PromptChainCore"}, set()),
    "ProviderStubs": ({"ModelManagement", "PromptChainCore"}, {"NIOCore", "NIOPosix", "NIOHTTP1", "Logging"}),
}

PURE = {"Dashboard", "CellScreen", "PromptChainCore"}
IMPURE_WORDS = re.compile(r"\b(async|await|Task|actor|FileManager)\b|\bDate\(\)|\bprint\(")
IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:public\s+|internal\s+|package\s+|private\s+|fileprivate\s+)?import\s+"
    r"(?:(?:struct|class|enum|protocol|func|let|var|typealias)\s+)?(\w+)")
FORBIDDEN = [
    (re.compile(r"\btry!"), "try! hides an error"),
    (re.compile(r"\bfatalError\("), "fatalError ends the program; throw instead"),
    (re.compile(r"\b(?:TODO|FIXME|XXX)\b"), "unfinished work"),
]


def without_comments_and_strings(text):
    """The source with comments and the insides of string literals blanked; line breaks stay where they are."""
    pattern = re.compile(
        r'//[^\n]*|/\*.*?\*/|#"""(?:.|\n)*?"""#|"""(?:\\.|.|\n)*?"""|#"[^"\n]*"#|"(?:\\\((?:[^()"]|"[^"\n]*"|\([^()]*\))*\)|\\.|[^"\\\n])*"',
        re.S)
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def check_file(path, ours, outside, system, problems, source):
    target_rules = ours | outside | system
    text = path.read_text(encoding="utf-8")
    code = without_comments_and_strings(text)
    target = path.relative_to(ROOT).parts[1]
    for number, line in enumerate(code.splitlines(), 1):
        where = f"{path.relative_to(ROOT)}:{number}"
        found = IMPORT.match(line)
        if found and found.group(1) not in target_rules:
            problems.append(f"{where}: {target} may not import {found.group(1)}")
        if source:
            if target in PURE and (word := IMPURE_WORDS.search(line)):
                problems.append(f"{where}: {target} is pure; it may not hold {word.group().strip()}")
            if target != "promptchain" and re.search(r"(?<![\w.])print\(", line):
                problems.append(f"{where}: print() writes over the screen")
            for pattern, message in FORBIDDEN:
                if pattern.search(line):
                    problems.append(f"{where}: {message}")
        if "@unchecked Sendable" in line:
            lines = text.splitlines()
            near = "\n".join(lines[max(0, number - 4):number + 1]).lower()
            if "lock" not in near and "mutex" not in near:
                problems.append(f"{where}: @unchecked Sendable needs a line beside it that names the lock")
    return code


def check_tree(folder, rules, problems, source):
    for directory in sorted((ROOT / folder).iterdir()):
        files = sorted(directory.rglob("*.swift"))
        if not directory.is_dir() or not files or directory.name == "Performance":
            continue
        if directory.name not in rules:
            problems.append(f"{folder}/{directory.name}: no rule says what this target may import")
            continue
        entry = rules[directory.name]
        ours, outside = entry[0], entry[1]
        system = entry[2] if source else SYSTEM | {"Testing", "XCTest"}
        for path in files:
            if "Fixtures" in path.parts:
                continue
            code = check_file(path, ours | {directory.name}, outside, system, problems, source)
            if source and re.search(rf"\b(?:struct|class|enum|actor|protocol)\s+{directory.name}\b", code):
                problems.append(f"{path.relative_to(ROOT)}: a type named like its target hides the module")


def check_top_level(problems):
    allowed = {"Package.swift", "Sources", "Tests", "themes", "README.md", "LICENSE", "docs", "examples"}
    tracked = {line.split("/")[0] for line in subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()}
    for name in sorted(tracked):
        if name not in allowed and not name.startswith("."):
            problems.append(f"{name}: does not belong at the top level")


def main():
    problems = []
    check_tree("Sources", ARROWS, problems, source=True)
    check_tree("Tests", TESTS, problems, source=False)
    check_top_level(problems)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
