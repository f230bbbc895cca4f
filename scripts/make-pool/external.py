#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Draw the simulator's external characters (gaiji) and code them by ITU-T T.6.

    python3 scripts/make-pool/external.py [--out DIR]

Needs Pillow with libtiff (Debian: python3-pil) and the pool's font12.bin.  Each
character is a mirrored glyph: no script has it.
"""

import argparse
import hashlib
import io
import pathlib

from PIL import Image, ImageOps

HERE = pathlib.Path(__file__).resolve().parent
POOL = HERE / "../../src/simulator/pool"
FONT_SIDE, CELLS = 12, 94
SIDE, SCALE = 50, 4
LARGEST = 127  # bytes that a licence has for one picture
GLYPHS = "見本仮名例空台市"


def glyph(character):
    """A glyph of the pool's font, ink white."""
    row, cell = (byte - 0xA1 for byte in character.encode("euc_jp"))
    size = FONT_SIDE * FONT_SIDE // 8
    at = (row * CELLS + cell) * size
    bits = int.from_bytes((POOL / "font12.bin").read_bytes()[at : at + size], "big")
    image = Image.new("1", (FONT_SIDE, FONT_SIDE), 0)
    for dot in range(FONT_SIDE * FONT_SIDE):
        if bits >> (FONT_SIDE * FONT_SIDE - 1 - dot) & 1:
            image.putpixel((dot % FONT_SIDE, dot // FONT_SIDE), 1)
    return image


def draw(character):
    """50 by 50 dots, ink 1."""
    large = ImageOps.mirror(glyph(character)).resize((FONT_SIDE * SCALE,) * 2, Image.NEAREST)
    sheet = Image.new("1", (SIDE, SIDE), 0)
    margin = (SIDE - FONT_SIDE * SCALE) // 2
    sheet.paste(large, (margin, margin))
    return sheet


def encode(image):
    """The one strip of a Group 4 TIFF.  libtiff takes bit 0 for white, which is the ground here."""
    out = io.BytesIO()
    image.save(out, "TIFF", compression="group4", tiffinfo={278: SIDE})
    with Image.open(io.BytesIO(out.getvalue())) as tiff:
        tags = tiff.tag_v2
        assert tags[266] == 1 if 266 in tags else True, "most significant bit first"
        (at,), (count,) = tags[273], tags[279]
        assert tiff.tobytes() == image.tobytes(), "reads back"
    return out.getvalue()[at : at + count]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=POOL / "external")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for n, character in enumerate(GLYPHS):
        data = encode(draw(character))
        assert len(data) <= LARGEST, f"{character}: {len(data)} bytes"
        (options.out / f"external-{n}.mmr").write_bytes(data)
        print(f"external-{n}.mmr: {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
