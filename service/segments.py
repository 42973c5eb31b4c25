"""How a text is cut and paid for: GSM-7 septets, UCS-2 units and segments (3GPP TS 23.038, 23.040)."""

from __future__ import annotations

from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")

# What phones and word processors put in by themselves, and the plain character that keeps a text in GSM-7.
PLAIN = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "‚": "'",
        "‛": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "–": "-",
        "—": "-",
        "‑": "-",
        "−": "-",
        "…": "...",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "•": "-",
        "′": "'",
        "″": '"',
        "\t": " ",
    }
)


@dataclass(frozen=True)
class Cut:
    """How one text is cut: alphabet (`GSM-7` or `UCS-2`), length in its units, segments, and what forced UCS-2."""

    alphabet: str
    units: int
    segments: int
    costly: tuple[str, ...] = ()


def cut(text: str) -> Cut:
    """Cut `text` as a carrier would. `costly` names the characters that force UCS-2, in order, once each."""
    costly = tuple(dict.fromkeys(c for c in text if c not in BASIC and c not in EXTENDED))
    if costly:
        units = len(text.encode("utf-16-be")) // 2
        return Cut("UCS-2", units, _parts(_widths_ucs2(text), 70, 67), costly)
    widths = [2 if c in EXTENDED else 1 for c in text]
    return Cut("GSM-7", sum(widths), _parts(widths, 160, 153))


def plain(text: str) -> str:
    """`text` with curly quotes, dashes and odd spaces made plain, so that they do not double its price."""
    return text.translate(PLAIN)


def _widths_ucs2(text: str) -> list[int]:
    return [2 if ord(c) > 0xFFFF else 1 for c in text]


def _parts(widths: list[int], alone: int, joined: int) -> int:
    """Segments for characters of these widths; a two-unit character is never split across two segments."""
    if sum(widths) <= alone:
        return 1
    segments, used = 1, 0
    for width in widths:
        if used + width > joined:
            segments, used = segments + 1, 0
        used += width
    return segments
