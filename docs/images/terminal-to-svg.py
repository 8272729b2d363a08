#!/usr/bin/env python3
"""Draws screens that "tmux capture-pane -e -p" wrote as one SVG, one below the other.
Usage: terminal-to-svg.py TITLE=FILE... > build.svg"""
import html
import re
import sys

COLORS = {31: "#e06c75", 32: "#98c379", 33: "#e5c07b", 34: "#61afef"}
PLAIN, DIM = "#d7dae0", "#8a919e"
CHAR, LINE, PAD = 8.0, 18, 14


def runs(line):
    """Pieces of a line with their colour and weight."""
    color, bold = PLAIN, False
    for part in re.split(r"(\x1b\[[0-9;]*m)", line.rstrip("\n")):
        if not part.startswith("\x1b"):
            if part:
                yield part, color, bold
            continue
        for code in (int(c or 0) for c in part[2:-1].split(";")):
            if code in (0, 39):
                color = PLAIN
            if code in (0, 22):
                bold = False
            bold = bold or code == 1
            color = DIM if code == 2 else COLORS.get(code, color)


def text(line, y):
    out, column = [], 0
    for piece, color, bold in runs(line):
        weight = ' font-weight="bold"' if bold else ""
        out.append(f'<tspan x="{PAD + column * CHAR:g}" fill="{color}"{weight}>{html.escape(piece)}</tspan>')
        column += len(piece)
    return f'<text y="{y:g}" xml:space="preserve">{"".join(out)}</text>' if out else ""


def main():
    screens = []
    for argument in sys.argv[1:]:
        title, path = argument.split("=", 1)
        with open(path, encoding="utf-8") as file:
            screens.append((title, file.read().rstrip("\n").split("\n")))
    body, y = [], PAD
    width = 2 * PAD + 100 * CHAR
    for title, lines in screens:
        height = (len(lines) + 1) * LINE + 2 * PAD
        body.append(f'<rect x="0" y="{y}" width="{width:g}" height="{height}" rx="6" fill="#21252b"/>')
        body.append(f'<text x="{PAD}" y="{y + PAD + 6}" fill="{DIM}" font-size="12">{html.escape(title)}</text>')
        body += [text(line, y + PAD + 8 + (i + 1) * LINE) for i, line in enumerate(lines)]
        y += height + PAD
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{y}" viewBox="0 0 {width:g} {y}" '
          'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="13.28">')
    print("\n".join(filter(None, body)))
    print("</svg>")


main()
