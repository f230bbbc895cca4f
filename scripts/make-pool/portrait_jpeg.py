#!/usr/bin/env python3
"""Draws the simulated passports' JPEG portrait: baseline, grey, with the standard tables of ITU-T T.81 annex K.

Usage: scripts/make-pool/portrait_jpeg.py src/simulator/pool/portraits/passport.jpg
The committed file is the reference: it is never drawn again.
"""

import math
import sys

WIDTH, HEIGHT = 240, 320

QUANT = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
    18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
]
ZIGZAG = sorted(range(64), key=lambda i: (i // 8 + i % 8, (i // 8 if (i // 8 + i % 8) % 2 else i % 8)))
DC_BITS = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]
DC_VALUES = list(range(12))
AC_BITS = [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7D]
AC_VALUES = bytes.fromhex(
    "01020300041105122131410613516107227114328191A1082342B1C11552D1F02433627282090A161718191A25262728292A3435363738393A"
    "434445464748494A535455565758595A636465666768696A737475767778797A838485868788898A92939495969798999AA2A3A4A5A6A7A8A9AA"
    "B2B3B4B5B6B7B8B9BAC2C3C4C5C6C7C8C9CAD2D3D4D5D6D7D8D9DAE1E2E3E4E5E6E7E8E9EAF1F2F3F4F5F6F7F8F9FA"
)


def codes(bits, values):
    table, code, at = {}, 0, 0
    for length, count in enumerate(bits, 1):
        for _ in range(count):
            table[values[at]] = (code, length)
            code, at = code + 1, at + 1
        code <<= 1
    return table


def pixel(x, y):
    def inside(cx, cy, rx, ry):
        return ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1

    if inside(90, 135, 9, 6) or inside(150, 135, 9, 6):
        return 40
    if inside(120, 195, 28, 7):
        return 90
    if inside(120, 150, 62, 82):
        return 205 - int(abs(x - 120) / 4)
    if inside(120, 120, 74, 92):
        return 60
    if inside(120, 330, 110, 90):
        return 110
    return 235


def transform(block):
    out = []
    for v in range(8):
        for u in range(8):
            total = sum(
                block[y][x] * math.cos((2 * x + 1) * u * math.pi / 16) * math.cos((2 * y + 1) * v * math.pi / 16)
                for y in range(8)
                for x in range(8)
            )
            scale = (math.sqrt(0.5) if u == 0 else 1) * (math.sqrt(0.5) if v == 0 else 1) / 4
            out.append(round(total * scale / QUANT[v * 8 + u]))
    return out


def main(path):
    dc, ac = codes(DC_BITS, DC_VALUES), codes(AC_BITS, AC_VALUES)
    bits = []

    def put(code, length):
        bits.extend((code >> at) & 1 for at in range(length - 1, -1, -1))

    def put_number(number, size):
        put(number if number >= 0 else number + (1 << size) - 1, size)

    before = 0
    for top in range(0, HEIGHT, 8):
        for left in range(0, WIDTH, 8):
            values = transform([[pixel(left + x, top + y) - 128 for x in range(8)] for y in range(8)])
            values = [values[at] for at in ZIGZAG]
            difference, before = values[0] - before, values[0]
            size = abs(difference).bit_length()
            put(*dc[size])
            put_number(difference, size)
            run = 0
            last = max((at for at in range(1, 64) if values[at]), default=0)
            for at in range(1, last + 1):
                if values[at] == 0:
                    run += 1
                    continue
                while run > 15:
                    put(*ac[0xF0])
                    run -= 16
                size = abs(values[at]).bit_length()
                put(*ac[run << 4 | size])
                put_number(values[at], size)
                run = 0
            if last < 63:
                put(*ac[0])
    bits.extend([1] * (-len(bits) % 8))
    data = bytearray()
    for at in range(0, len(bits), 8):
        byte = int("".join(map(str, bits[at : at + 8])), 2)
        data.append(byte)
        if byte == 0xFF:
            data.append(0)

    def segment(marker, content):
        return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + content

    frame = b"\x08" + HEIGHT.to_bytes(2, "big") + WIDTH.to_bytes(2, "big") + b"\x01\x01\x11\x00"
    out = b"\xff\xd8" + segment(0xE0, b"JFIF\0\x01\x01\x00\x00\x01\x00\x01\x00\x00")
    out += segment(0xDB, b"\0" + bytes(QUANT[at] for at in ZIGZAG)) + segment(0xC0, frame)
    out += segment(0xC4, b"\x00" + bytes(DC_BITS) + bytes(DC_VALUES)) + segment(0xC4, b"\x10" + bytes(AC_BITS) + AC_VALUES)
    out += segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + bytes(data) + b"\xff\xd9"
    with open(path, "wb") as file:
        file.write(out)


main(sys.argv[1])
