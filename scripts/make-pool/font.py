#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Make src/simulator/pool/font12.bin from a JIS X 0208 bitmap font.

    python3 scripts/make-pool/font.py [--font FILE] [--out FILE]
    python3 scripts/make-pool/font.py --render PNG [TEXT ...]

The font is Debian's xfonts-shinonome, 12-dot gothic (public domain).  PCF and
BDF files are read, gzipped or not; only the standard library is used, except
that --render (look at the result) needs Pillow.

The output has no header.  For every JIS X 0208 code, row (ku) 1..84 and in it
cell (ten) 1..94, it holds 18 bytes = 144 bits: twelve lines from top to
bottom, twelve bits each from left to right, the most significant bit first,
1 = ink.  A code the font has no glyph for is all zero.
"""

import argparse
import gzip
import hashlib
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE / "../../src/simulator/pool/font12.bin"
FONT = pathlib.Path("/usr/share/fonts/X11/misc/shnmk12.pcf.gz")

SIZE = 12  # dots a side
ROWS = 84  # the last row of JIS X 0208 with a character in it
CELLS = 94
GLYPH = SIZE * SIZE // 8

# What to look at when no text is given.
SAMPLE = [
    "見本　太郎　　架空　花子",
    "架空県見本市試験町１－２－３",
    "マイナンバーカード　運転免許証　在留カード",
    "昭和６４年１月７日　平成　令和　有効期限",
    "ＡＢＣＤＥＦＧ　ａｂｃｄｅｆｇ　０１２３４５６７８９",
    "いろはにほへとちりぬるを　わかよたれそつねならむ",
    "ヴァイオリン　ぱぴぷぺぽ　、。，．・：；？！゛゜〒「」『』【】",
    "髙は第三水準　斎藤齋藤　渡邊渡邉　龜龍瑤熙凜堯槇遙",
]


def fail(message):
    sys.exit(f"font.py: {message}")


# --- The two formats.  Each yields (code, width, left, top, lines): `left` and
# `top` place the bitmap relative to the origin on the base line (`top` counts
# upwards), and a line is a list of 0/1 of length `width`.


def read_bdf(data):
    text = data.decode("latin-1").splitlines()
    ascent = descent = None
    glyphs = []
    code = box = bitmap = None
    for line in text:
        word, _, rest = line.partition(" ")
        if word == "FONT_ASCENT":
            ascent = int(rest)
        elif word == "FONT_DESCENT":
            descent = int(rest)
        elif word == "STARTCHAR":
            code = box = bitmap = None
        elif word == "ENCODING":
            code = int(rest.split()[-1])
        elif word == "BBX":
            box = [int(n) for n in rest.split()]
        elif word == "BITMAP":
            bitmap = []
        elif word == "ENDCHAR":
            width, height, left, below = box
            lines = []
            for digits in bitmap:
                bits = bin(int("1" + digits, 16))[3:]
                lines.append([int(b) for b in bits[:width]])
            if len(lines) != height:
                fail(f"BDF: glyph {code:#x} has {len(lines)} of {height} lines")
            glyphs.append((code, width, left, below + height, lines))
            bitmap = None
        elif bitmap is not None:
            bitmap.append(line.strip())
    return ascent, descent, glyphs


def read_pcf(data):
    metrics_table, bitmaps_table, encodings_table = 1 << 2, 1 << 3, 1 << 5
    accelerators_table, bdf_accelerators_table = 1 << 1, 1 << 8
    (count,) = struct.unpack_from("<I", data, 4)
    tables = {}
    for n in range(count):
        kind, _form, size, offset = struct.unpack_from("<4I", data, 8 + 16 * n)
        tables[kind] = data[offset : offset + size]

    def opened(kind):
        """A table after its format word, that word, and its byte order."""
        table = tables[kind]
        (form,) = struct.unpack_from("<I", table, 0)
        return table[4:], form, ">" if form & 4 else "<"

    kind = bdf_accelerators_table
    if kind not in tables:
        kind = accelerators_table
    table, _form, order = opened(kind)
    ascent, descent = struct.unpack_from(order + "2i", table, 8)

    table, form, order = opened(metrics_table)
    metrics = []  # left bearing, right bearing, advance, ascent, descent
    if form & 0x100:
        (number,) = struct.unpack_from(order + "H", table, 0)
        for n in range(number):
            metrics.append([b - 0x80 for b in table[2 + 5 * n : 7 + 5 * n]])
    else:
        (number,) = struct.unpack_from(order + "I", table, 0)
        for n in range(number):
            metrics.append(struct.unpack_from(order + "5h", table, 4 + 12 * n))

    table, form, order = opened(bitmaps_table)
    (number,) = struct.unpack_from(order + "I", table, 0)
    if number != len(metrics):
        fail("PCF: as many bitmaps as metrics were expected")
    offsets = struct.unpack_from(f"{order}{number}I", table, 4)
    sizes = struct.unpack_from(order + "4I", table, 4 + 4 * number)
    bits = table[20 + 4 * number :][: sizes[form & 3]]
    pad = 1 << (form & 3)  # bytes a line is padded to
    unit = 1 << (form >> 4 & 3)  # bytes of a storage unit
    msbit, msbyte = bool(form & 8), bool(form & 4)

    def pixel(start, x):
        byte = x // 8
        if msbit != msbyte:  # the bytes of a unit are swapped
            byte = byte // unit * unit + unit - 1 - byte % unit
        shift = 7 - x % 8 if msbit else x % 8
        return bits[start + byte] >> shift & 1

    table, _form, order = opened(encodings_table)
    low2, high2, low1, high1, _default = struct.unpack_from(order + "5h", table, 0)
    glyphs = []
    position = 10
    for byte1 in range(low1, high1 + 1):
        for byte2 in range(low2, high2 + 1):
            (index,) = struct.unpack_from(order + "H", table, position)
            position += 2
            if index == 0xFFFF:
                continue
            left, right, _advance, up, down = metrics[index]
            width, height = right - left, up + down
            stride = (width + 8 * pad - 1) // (8 * pad) * pad
            lines = [
                [pixel(offsets[index] + y * stride, x) for x in range(width)]
                for y in range(height)
            ]
            glyphs.append((byte1 << 8 | byte2, width, left, up, lines))
    return ascent, descent, glyphs


def read_font(path):
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    if data[:4] == b"\x01fcp":
        return read_pcf(data)
    if data[:9] == b"STARTFONT":
        return read_bdf(data)
    return fail(f"{path}: neither PCF nor BDF")


# --- The output.


def assigned(ku, ten):
    """Whether JIS X 0208:1990 has a character at this row and cell."""
    try:
        bytes([0xA0 + ku, 0xA0 + ten]).decode("euc_jp")
    except UnicodeDecodeError:
        return False
    return True


def build(path):
    ascent, descent, glyphs = read_font(path)
    if ascent + descent != SIZE:
        fail(f"{path}: {ascent}+{descent} lines, not {SIZE}")
    out = bytearray(ROWS * CELLS * GLYPH)
    seen = set()
    skipped = 0
    for code, _width, left, top, lines in glyphs:
        ku, ten = (code >> 8) - 0x20, (code & 0xFF) - 0x20
        if not (1 <= ku <= ROWS and 1 <= ten <= CELLS):
            if any(any(line) for line in lines):
                fail(f"glyph {code:#06x} is outside the grid")
            skipped += 1
            continue
        if not assigned(ku, ten):
            if any(any(line) for line in lines):
                fail(f"glyph {code:#06x} is not of JIS X 0208")
            skipped += 1
            continue
        number = 0
        for y, line in enumerate(lines):
            for x, ink in enumerate(line):
                if not ink:
                    continue
                row, column = ascent - top + y, left + x
                if not (0 <= row < SIZE and 0 <= column < SIZE):
                    fail(f"glyph {code:#06x} leaves its {SIZE}x{SIZE} box")
                number |= 1 << (SIZE * SIZE - 1 - (row * SIZE + column))
        start = ((ku - 1) * CELLS + ten - 1) * GLYPH
        out[start : start + GLYPH] = number.to_bytes(GLYPH, "big")
        seen.add((ku, ten))
    wanted = {
        (ku, ten)
        for ku in range(1, ROWS + 1)
        for ten in range(1, CELLS + 1)
        if assigned(ku, ten)
    }
    blank = [
        f"{ku}-{ten}"
        for ku, ten in sorted(wanted)
        if not any(out[((ku - 1) * CELLS + ten - 1) * GLYPH :][:GLYPH])
    ]
    print(f"{len(seen)} glyphs, {len(wanted - seen)} of JIS X 0208 missing:",
          " ".join(f"{k}-{t}" for k, t in sorted(wanted - seen)) or "none")
    print(f"{skipped} empty glyphs outside JIS X 0208 left out")
    print("assigned but blank:", " ".join(blank) or "none")
    return bytes(out)


def render(font, texts, png):
    """Draw the texts from the finished file, five times enlarged."""
    from PIL import Image

    scale, gap = 5, 4
    width = max(len(text) for text in texts) * SIZE + 2 * gap
    height = len(texts) * (SIZE + gap) + gap
    image = Image.new("L", (width, height), 255)
    for n, text in enumerate(texts):
        for m, character in enumerate(text):
            code = character.translate({0xFF0D: 0x2212}).encode("euc_jp", "replace")
            if len(code) != 2 or code[0] < 0xA1:
                continue  # not in JIS X 0208: left blank
            at = ((code[0] - 0xA1) * CELLS + code[1] - 0xA1) * GLYPH
            number = int.from_bytes(font[at : at + GLYPH], "big")
            for bit in range(SIZE * SIZE):
                if number >> (SIZE * SIZE - 1 - bit) & 1:
                    x = gap + m * SIZE + bit % SIZE
                    y = gap + n * (SIZE + gap) + bit // SIZE
                    image.putpixel((x, y), 0)
    size = (width * scale, height * scale)
    image.resize(size, Image.NEAREST).save(png)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--font", type=pathlib.Path, default=FONT)
    parser.add_argument("--out", type=pathlib.Path, default=OUT)
    parser.add_argument("--render", metavar="PNG",
                        help="make nothing; draw text from the file at --out")
    parser.add_argument("text", nargs="*")
    options = parser.parse_args()
    if options.render:
        render(options.out.read_bytes(), options.text or SAMPLE, options.render)
        return
    font = build(options.font)
    options.out.write_bytes(font)
    print(f"{len(font)} bytes, sha256 {hashlib.sha256(font).hexdigest()}")


if __name__ == "__main__":
    main()
