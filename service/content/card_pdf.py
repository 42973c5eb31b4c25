"""The card as a PDF to print: letter size, core fonts, QR codes drawn as squares."""

from __future__ import annotations

from pathlib import Path

import segno
from fpdf import FPDF

from service.content.card import Card, Theme

# Points, on US letter paper.
WIDTH, HEIGHT, EDGE, GUTTER = 612, 792, 50, 14
INK, DEEP, WHITE, LINE = (16, 36, 43), (11, 79, 94), (255, 255, 255), (185, 201, 206)
FONT = "Helvetica"
CODE_SIZE, CODE_LINE = 18, 25
QR_SIZE = 122


def write_pdf(card: Card, path: Path) -> None:
    """Write the card to `path`: the front, then two sheets of codes. Nothing on it is smaller than 18 points."""
    pdf = FPDF(unit="pt", format="letter")
    pdf.set_auto_page_break(False)
    pdf.set_margins(EDGE, EDGE, EDGE)
    pdf.set_title(f"{card.words['name']}: {card.shown}")
    pdf.set_lang(card.language.value)
    _front(pdf, card)
    _codes(pdf, card, card.columns[:2], [])
    _codes(pdf, card, card.columns[2:], [card.words["stop"]])
    pdf.output(str(path))


def _front(pdf: FPDF, card: Card) -> None:
    words = card.words
    pdf.add_page()
    _write(pdf, words["name"], 44, DEEP, bold=True, after=6)
    _write(pdf, words["says"], 21, INK, after=14)
    _danger(pdf, [words["emergency"], words["crisis"]])
    _write(pdf, words["call_or_text"], 22, DEEP, bold=True)
    _write(pdf, card.shown, 58, INK, bold=True, line=62, after=8)
    top = pdf.get_y()
    half = (WIDTH - 2 * EDGE) / 2
    for index, (code, label) in enumerate(
        ((card.text_code, words["scan_text"]), (card.call_code, words["scan_call"]))
    ):
        left = EDGE + index * half
        _draw(pdf, code, left, top, QR_SIZE)
        pdf.set_y(top + QR_SIZE / 2 - 22)
        _write(pdf, label, 18, INK, bold=True, left=left + QR_SIZE + 10, width=half - QR_SIZE - 18)
    pdf.set_y(top + QR_SIZE + 14)
    _write(pdf, words["steps_heading"], 22, DEEP, bold=True, after=2)
    for number, step in enumerate(card.steps, 1):
        line = pdf.get_y()
        _write(pdf, f"{number}.", 18, DEEP, bold=True)
        pdf.set_y(line)
        _write(pdf, step, 18, INK, left=EDGE + 26, after=2)
    pdf.set_draw_color(*LINE)
    pdf.set_line_width(1.5)
    pdf.line(EDGE, pdf.get_y() + 6, WIDTH - EDGE, pdf.get_y() + 6)
    pdf.set_y(pdf.get_y() + 12)
    _write(pdf, words["honest"], 18, INK, after=14)
    _write(pdf, words["clinic"], 18, DEEP, bold=True)
    start = EDGE + pdf.get_string_width(words["clinic"]) + 10
    pdf.set_draw_color(*INK)
    pdf.line(start, pdf.get_y() - 3, WIDTH - EDGE, pdf.get_y() - 3)
    pdf.set_y(pdf.get_y() + 8)
    _write(pdf, words["other_language"], 18, INK, bold=True)


def _danger(pdf: FPDF, lines: list[str]) -> None:
    top, height = pdf.get_y(), 14 + 30 * len(lines)
    pdf.set_fill_color(*DEEP)
    pdf.rect(EDGE, top, WIDTH - 2 * EDGE, height, style="F", round_corners=True, corner_radius=7)
    pdf.set_y(top + 7)
    for line in lines:
        _write(pdf, line, 24, WHITE, bold=True, left=EDGE + 16, line=30)
    pdf.set_y(top + height + 16)


def _codes(pdf: FPDF, card: Card, columns: tuple[tuple[Theme, ...], ...], notes: list[str]) -> None:
    pdf.add_page()
    top = pdf.get_y()
    _write(pdf, card.words["codes_heading"], 28, DEEP, bold=True)
    pdf.set_y(top + 4)
    _write(pdf, card.shown, 22, INK, bold=True, align="R")
    pdf.set_draw_color(*DEEP)
    pdf.set_line_width(2.5)
    pdf.line(EDGE, top + 40, WIDTH - EDGE, top + 40)
    width = (WIDTH - 2 * EDGE - GUTTER) / 2
    for index, themes in enumerate(columns):
        pdf.set_y(top + 54)
        for theme in themes:
            _theme(pdf, theme, EDGE + index * (width + GUTTER), width)
    lowest = [(card.words["codes_note"], True), *((note, False) for note in notes)]
    pdf.set_y(HEIGHT - EDGE - 48 * len(lowest))
    for words, bold in lowest:
        _write(pdf, words, 18, DEEP if bold else INK, bold=bold, after=3)


def _theme(pdf: FPDF, theme: Theme, left: float, width: float) -> None:
    _write(pdf, theme.title, 22, DEEP, bold=True, left=left, width=width, after=3)
    for group in theme.groups:
        for code, title in group:
            top = pdf.get_y()
            _write(pdf, code, CODE_SIZE, INK, bold=True, left=left, line=CODE_LINE)
            pdf.set_y(top)
            _write(pdf, title, CODE_SIZE, INK, left=left + 38, width=width - 38, line=CODE_LINE)
        pdf.set_y(pdf.get_y() + 7)
    pdf.set_y(pdf.get_y() + 12)


def _write(
    pdf: FPDF,
    words: str,
    size: float,
    color: tuple[int, int, int],
    *,
    bold: bool = False,
    left: float = EDGE,
    width: float = 0,
    line: float = 0,
    after: float = 0,
    align: str = "L",
) -> None:
    """Write `words` from `left`, wrapped to `width` (0: to the right edge), and move below them."""
    pdf.set_font(FONT, "B" if bold else "", size)
    pdf.set_text_color(*color)
    pdf.set_x(left)
    room = width or WIDTH - EDGE - left
    pdf.multi_cell(room, line or size * 1.25, words, align=align, new_x="LMARGIN", new_y="NEXT", padding=0)
    pdf.set_y(pdf.get_y() + after)


def _draw(pdf: FPDF, code: segno.QRCode, left: float, top: float, size: float) -> None:
    """Draw a QR code as runs of dark squares, with the empty border that scanners need."""
    border = 2
    rows = [list(row) for row in code.matrix]
    unit = size / (len(rows) + 2 * border)
    pdf.set_fill_color(*INK)
    for down, row in enumerate(rows):
        start = None
        for across, dark in enumerate([*row, 0]):
            if dark and start is None:
                start = across
            elif not dark and start is not None:
                x, y = left + (start + border) * unit, top + (down + border) * unit
                # A hair wider and higher, so that no light seams show between squares.
                pdf.rect(x, y, (across - start) * unit + 0.1, unit + 0.1, style="F")
                start = None
