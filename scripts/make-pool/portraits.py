#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Draw the simulator's cartoon portraits and encode them as JPEG 2000.

    python3 scripts/make-pool/portraits.py [--licence | --residence] [--out DIR] [--png DIR]

Needs Pillow with OpenJPEG (Debian: python3-pil).  There is no randomness in
here; the same Pillow and OpenJPEG give the same bytes.  --png also writes each
picture, as drawn and as decoded again, for looking at.

The people do not exist: every face is a handful of curves written below.
"""

import argparse
import hashlib
import io
import pathlib
import struct

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE / "../../src/simulator/pool/portraits"

W, H = 378, 472
S = 4  # supersampling
CX = W / 2
BUDGETS = range(2700, 3201, 20)  # bytes; see best()
SMALLEST, LARGEST = 1800, 3500  # what a file must come out at
LICENCE = (192, 240)  # a driving licence's photo, whose file has room for 2,000 bytes
LICENCE_BUDGETS = range(1500, 1981, 20)
LICENCE_LARGEST = 2000
RESIDENCE = (152, 190)  # a residence card's photo: in colour, in a field of 3,000 bytes
RESIDENCE_BUDGETS = range(2300, 2961, 20)
RESIDENCE_LARGEST = 3000
# Black, middle and white of each person's photo: one tint for all of it is colour enough.
TINTS = [((28, 24, 48), (176, 140, 120), (250, 248, 240)), ((40, 20, 20), (200, 150, 130), (255, 248, 244)),
         ((16, 32, 40), (150, 160, 170), (244, 250, 255)), ((44, 24, 8), (170, 120, 80), (255, 246, 224)),
         ((24, 40, 24), (160, 150, 110), (248, 252, 236)), ((48, 16, 40), (190, 140, 160), (255, 244, 250)),
         ((32, 32, 32), (184, 160, 140), (252, 252, 252)), ((8, 24, 56), (140, 150, 190), (246, 248, 255))]


# --- A small vector kit: every shape is a closed curve through given points.


def curve(points, closed=True, steps=14):
    """A Catmull-Rom curve through the points."""
    n = len(points)
    out = []
    for i in range(n if closed else n - 1):
        if closed:
            p0, p1, p2, p3 = (points[(i + k) % n] for k in (-1, 0, 1, 2))
        else:
            p0, p1, p2, p3 = (points[min(max(i + k, 0), n - 1)] for k in (-1, 0, 1, 2))
        for step in range(steps):
            t = step / steps
            out.append(tuple(
                0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t
                       + (3 * b - a - 3 * c + d) * t * t * t)
                for a, b, c, d in zip(p0, p1, p2, p3)))
    if not closed:
        out.append(tuple(points[-1]))
    return out


def both(right):
    """Mirror a list of (distance from the middle, y) into a whole outline."""
    left = [(-dx, y) for dx, y in reversed(right) if dx != 0]
    return [(CX + dx, y) for dx, y in right + left]


def ring(x, y, rx, ry):
    k = 0.7071
    return [(x, y - ry), (x + rx * k, y - ry * k), (x + rx, y), (x + rx * k, y + ry * k),
            (x, y + ry), (x - rx * k, y + ry * k), (x - rx, y), (x - rx * k, y - ry * k)]


class Sheet:
    def __init__(self, ground):
        self.image = Image.new("L", (W * S, H * S), ground)

    def mask(self, points, smooth=True):
        layer = Image.new("L", self.image.size, 0)
        outline = curve(points) if smooth else points
        ImageDraw.Draw(layer).polygon([(x * S, y * S) for x, y in outline], fill=255)
        return layer

    def lay(self, mask, grey, within=None, soft=0, alpha=1.0):
        if soft:
            mask = mask.filter(ImageFilter.GaussianBlur(soft * S))
        if within is not None:
            mask = ImageChops.multiply(mask, within)
        if alpha != 1.0:
            mask = mask.point([round(v * alpha) for v in range(256)])
        self.image.paste(grey, (0, 0), mask)

    def fill(self, points, grey, smooth=True, **how):
        mask = self.mask(points, smooth)
        self.lay(mask, grey, **how)
        return mask

    def line(self, points, width, grey, smooth=True, closed=False, taper=False, **how):
        layer = Image.new("L", self.image.size, 0)
        pen = ImageDraw.Draw(layer)
        path = curve(points, closed, 60 if taper else 24) if smooth else list(points)
        if closed:
            path.append(path[0])
        last = max(len(path) - 1, 1)
        for i, (x, y) in enumerate(path):
            r = width / 2
            if taper:
                r *= 0.35 + 0.65 * (1 - (2 * i / last - 1) ** 2)
            pen.ellipse([(x - r) * S, (y - r) * S, (x + r) * S, (y + r) * S], fill=255)
            if i and not taper:
                px, py = path[i - 1]
                pen.line([px * S, py * S, x * S, y * S], fill=255, width=round(width * S))
        self.lay(layer, grey, **how)

    def done(self):
        return self.image.resize((W, H), Image.LANCZOS)


# --- What every face is made of.


class Face:
    """The parts of a face, in the order they are laid over each other."""

    def __init__(self, skin, ground=158, half=84, jaw=66, chin=346,
                 neck=42, shoulder=150):
        self.sheet = Sheet(ground)
        self.skin = skin
        self.dark = max(skin - 62, 18)  # lines on the skin
        self.half, self.jaw, self.chin = half, jaw, chin
        self.neck, self.shoulder = neck, shoulder

    def body(self, cloth, collar=None):
        """Neck and shoulders; `collar` draws on the clothes."""
        sheet, neck, wide = self.sheet, self.neck, self.shoulder
        torso = both([(0, 396), (neck + 6, 388), (neck + 40, 404), (wide - 26, 420),
                      (wide + 4, 446), (wide + 16, 486), (wide - 60, 520), (0, 520)])
        self.torso = sheet.mask(torso)
        self.throat = sheet.mask(both([
            (0, 280), (neck, 290), (neck, 350), (neck + 3, 384), (neck * 0.7, 414),
            (0, 428)]))
        sheet.lay(self.torso, cloth)
        if collar:
            collar(self, "behind")
        sheet.lay(self.throat, self.skin)
        # The shadow of the chin on the neck.
        sheet.fill(both([(0, 300), (70, 300), (62, 340), (40, 364), (0, 376)]),
                   self.dark, within=self.throat, soft=3, alpha=0.6)
        if collar:
            collar(self, "front")

    def head(self, ears=True, earring=None):
        sheet, a, j, chin = self.sheet, self.half, self.jaw, self.chin
        if ears:
            for side in (-1, 1):
                x = CX + side * (a + 3)
                sheet.fill(ring(x, 240, 14, 25), self.skin)
                sheet.line([(x + side * 3, 226), (x + side * 7, 236), (x + side * 2, 250)],
                           3, self.dark, alpha=0.6)
                if earring:
                    sheet.fill(ring(x + side * 2, 271, 5, 6), earring)
        self.skull = sheet.mask(both([
            (0, 104), (a * 0.6, 114), (a * 0.95, 158), (a, 212), (a * 0.97, 256),
            (j + 6, 300), (j * 0.66, 332), (j * 0.3, chin - 2), (0, chin)]))
        sheet.lay(self.skull, self.skin)
        # A soft shade along one side makes it round.
        shade = ImageChops.subtract(self.skull, ImageChops.offset(
            self.skull, -16 * S, -3 * S))
        sheet.lay(shade, self.dark, within=self.skull, soft=6, alpha=0.32)

    def blush(self, alpha=0.2, y=272):
        for side in (-1, 1):
            self.sheet.fill(ring(CX + side * 50, y, 20, 13), self.dark,
                            within=self.skull, soft=5, alpha=alpha)

    def eyes(self, y=228, apart=38, iris=40, wide=17, tall=10.5, lid=4.5, lash=False,
             tilt=1.5):
        sheet = self.sheet
        for side in (-1, 1):
            x = CX + side * apart
            rim = [(x - side * wide, y + 3), (x - side * wide * 0.4, y - tall + 1),
                   (x + side * wide * 0.45, y - tall + 1 - tilt),
                   (x + side * (wide + 1), y - tilt), (x + side * wide * 0.4, y + tall - 1),
                   (x - side * wide * 0.45, y + tall - 1)]
            white = sheet.fill(rim, 246)
            sheet.fill(ring(x, y - 0.5, 9.2, 9.8), iris, within=white)
            sheet.fill(ring(x - 3, y - 4, 2.8, 2.8), 250)
            end = (x + side * (wide + 7), y - tilt - 4) if lash else rim[3]
            sheet.line([rim[0], rim[1], rim[2], end], lid, 28)

    def closed_eyes(self, y=230, apart=38, wide=16):
        for side in (-1, 1):
            x = CX + side * apart
            self.sheet.line([(x - wide, y + 4), (x, y - 6), (x + wide, y + 4)], 5.5, 30)

    def brows(self, grey, y=202, apart=39, wide=21, width=7, arch=5, slope=0):
        for side in (-1, 1):
            x = CX + side * apart
            self.sheet.line([(x - side * wide, y + 3 + slope), (x + side * 2, y - arch),
                             (x + side * wide, y + 3 - slope)], width, grey, taper=True)

    def nose(self, y=268, wide=13, bridge=True):
        sheet = self.sheet
        if bridge:
            sheet.line([(CX + 8, y - 40), (CX + 11, y - 22), (CX + wide + 2, y - 5)], 4,
                       self.dark, alpha=0.45, taper=True)
        sheet.line([(CX - wide, y - 4), (CX - wide * 0.6, y + 2), (CX, y + 4),
                    (CX + wide * 0.6, y + 2), (CX + wide, y - 4)], 4, self.dark)

    def smile(self, y=300, wide=26, bend=9, width=4.5, grey=None):
        grey = max(self.skin - 110, 20) if grey is None else grey
        self.sheet.line([(CX - wide, y - 2), (CX - wide * 0.5, y + bend * 0.7),
                         (CX, y + bend), (CX + wide * 0.5, y + bend * 0.7),
                         (CX + wide, y - 2)], width, grey)
        self.sheet.line([(CX - 10, y + bend + 12), (CX, y + bend + 14),
                         (CX + 10, y + bend + 12)], 4, self.dark, alpha=0.5, taper=True)

    def lips(self, grey, y=300, wide=25):
        sheet = self.sheet
        sheet.fill([(CX - wide, y - 2), (CX - 8, y - 7), (CX, y - 5), (CX + 8, y - 7),
                    (CX + wide, y - 2), (CX + 14, y + 10), (CX, y + 14), (CX - 14, y + 10)],
                   grey)
        sheet.line([(CX - wide, y - 2), (CX - 10, y + 3), (CX, y + 4), (CX + 10, y + 3),
                    (CX + wide, y - 2)], 3, max(grey - 60, 15))

    def grin(self, y=298, wide=28):
        """An open smile with a row of teeth."""
        sheet = self.sheet
        mouth = sheet.fill([(CX - wide, y - 3), (CX, y + 3), (CX + wide, y - 3),
                            (CX + wide * 0.62, y + 14), (CX, y + 20),
                            (CX - wide * 0.62, y + 14)], 48)
        sheet.fill(both([(0, y - 8), (wide, y - 8), (wide * 0.8, y + 7), (0, y + 11)]), 248,
                   within=mouth)

    def glasses(self, grey=30, y=230, apart=40, rx=29, ry=22, width=4.5, square=False):
        sheet = self.sheet
        for side in (-1, 1):
            x = CX + side * apart
            if square:
                rim = [(x - rx, y - ry), (x, y - ry - 1), (x + rx, y - ry),
                       (x + rx + 1, y - 2), (x + rx - 5, y + ry), (x, y + ry + 1),
                       (x - rx + 5, y + ry), (x - rx - 1, y - 2)]
            else:
                rim = ring(x, y, rx, ry)
            sheet.line(rim, width, grey, closed=True)
            sheet.line([(x + side * rx, y - 5), (CX + side * (self.half + 2), y - 8)],
                       width, grey, smooth=False)
        gap = apart - rx
        sheet.line([(CX - gap, y - 5), (CX, y - 9), (CX + gap, y - 5)], width, grey)

    def laughter_lines(self, alpha=0.7):
        for side in (-1, 1):
            self.sheet.line([(CX + side * 24, 272), (CX + side * 37, 288),
                             (CX + side * 38, 304)], 4, self.dark, alpha=alpha, taper=True)
            for dy in (-4, 6):
                self.sheet.line([(CX + side * 62, 230 + dy * 0.4),
                                 (CX + side * 73, 230 + dy * 1.6)], 3, self.dark,
                                alpha=alpha)


# --- Clothes.


def suit(shirt, lapel, tie=None):
    def draw(face, when):
        sheet, n = face.sheet, face.neck
        if when == "behind":
            sheet.fill([(CX - n - 10, 384), (CX + n + 10, 384), (CX + 6, 490),
                        (CX - 6, 490)], shirt, smooth=False, within=face.torso)
            return
        if tie is not None:
            sheet.fill([(CX - 11, 424), (CX + 11, 424), (CX + 7, 442), (CX + 15, 480),
                        (CX - 15, 480), (CX - 7, 442)], tie, smooth=False)
        for side in (-1, 1):
            sheet.fill([(CX + side * (n + 2), 376), (CX + side * (n + 9), 388),
                        (CX + side * 30, 444), (CX, 424)], shirt, smooth=False)
            sheet.line([(CX + side * (n + 8), 389), (CX + side * 30, 443), (CX, 424)], 3,
                       max(shirt - 70, 0), smooth=False)
            sheet.fill([(CX + side * (n + 9), 386), (CX + side * (n + 24), 420),
                        (CX + side * (n + 12), 432), (CX + side * (n + 20), 444),
                        (CX + side * 10, 520), (CX + side * 30, 444)], lapel, smooth=False)
    return draw


def crew(rim):
    """A round collar."""
    def draw(face, when):
        n = face.neck
        if when == "behind":
            face.sheet.fill(both([(0, 380), (n + 14, 382), (n + 6, 420), (0, 446)]), rim,
                            within=face.torso)
    return draw


def turtle(grey, shade):
    def draw(face, when):
        n = face.neck
        if when == "front":
            face.sheet.fill(both([(0, 376), (n + 4, 366), (n + 10, 392), (n + 12, 416),
                                  (0, 432)]), grey)
            face.sheet.line([(CX - n - 12, 414), (CX, 433), (CX + n + 12, 414)], 4, shade)
    return draw


def blouse(collar, line):
    def draw(face, when):
        n = face.neck
        if when == "front":
            for side in (-1, 1):
                face.sheet.fill([(CX + side * (n - 2), 378), (CX + side * (n + 20), 396),
                                 (CX + side * (n + 14), 448), (CX + side * 3, 432)], collar,
                                smooth=False)
                face.sheet.line([(CX + side * (n + 20), 396), (CX + side * (n + 14), 447),
                                 (CX + side * 3, 432)], 3.5, line, smooth=False)
            face.sheet.line([(CX, 432), (CX, 480)], 3.5, line, smooth=False)
    return draw


def open_shirt(shade, line):
    def draw(face, when):
        n = face.neck
        if when == "behind":
            face.sheet.fill([(CX - n - 4, 380), (CX + n + 4, 380), (CX, 466)], face.skin,
                            smooth=False, within=face.torso)
            face.sheet.line([(CX, 460), (CX, 480)], 3.5, line, smooth=False)
        else:
            for side in (-1, 1):
                wing = [(CX + side * (n - 1), 374), (CX + side * (n + 16), 390),
                        (CX + side * (n - 4), 452), (CX + side * 6, 458),
                        (CX + side * (n - 8), 412)]
                face.sheet.fill(wing, shade, smooth=False)
                face.sheet.line(wing[1:4], 3.5, line, smooth=False)
    return draw


# --- The people.


def short_hair_man():
    face = Face(skin=212, half=84, jaw=68, neck=47, shoulder=158, ground=166)
    face.body(62, suit(244, 46, tie=120))
    face.head()
    face.eyes(tall=9.5)
    face.brows(36, width=8.5, arch=4)
    face.nose()
    face.smile()
    # Parted at one side, swept over.
    face.sheet.fill([(96, 232), (92, 190), (96, 140), (122, 96), (168, 72), (222, 72),
                     (262, 92), (284, 136), (287, 192), (281, 234), (270, 204), (264, 176),
                     (240, 166), (200, 156), (160, 138), (140, 156), (116, 172), (106, 204)],
                    38)
    face.sheet.line([(150, 136), (186, 112), (232, 106)], 5, 84, taper=True)
    return face


def bob_woman():
    face = Face(skin=226, half=80, jaw=58, chin=342, neck=35, shoulder=132)
    face.sheet.fill([(189, 66), (252, 82), (288, 130), (296, 200), (298, 270), (292, 330),
                     (262, 346), (189, 340), (116, 346), (86, 330), (80, 270), (82, 200),
                     (90, 130), (126, 82)], 44)
    face.body(206, blouse(244, 120))
    face.head(ears=False)
    face.blush()
    face.eyes(lash=True, tall=11)
    face.brows(58, width=5.5)
    face.nose(wide=10, bridge=False)
    face.lips(140)
    # A straight fringe and the sides.
    face.sheet.fill([(88, 300), (84, 220), (92, 136), (126, 84), (189, 68), (252, 84),
                     (286, 136), (294, 220), (290, 300), (272, 318), (262, 280), (268, 232),
                     (262, 190), (230, 184), (189, 182), (148, 184), (116, 190), (110, 232),
                     (116, 280), (106, 318)], 44)
    face.sheet.line([(118, 134), (150, 108), (196, 100)], 7, 96, taper=True)
    return face


def grey_man_with_glasses():
    face = Face(skin=206, half=84, jaw=70, chin=348, neck=46, shoulder=152)
    face.body(92, crew(128))
    face.head()
    face.eyes(tall=8.5, wide=15, lid=4)
    face.brows(170, width=8, y=196)
    face.nose(wide=15)
    face.laughter_lines()
    face.smile(y=304)
    face.sheet.line([(150, 156), (189, 151), (228, 156)], 4, face.dark, alpha=0.6,
                    taper=True)
    # Receding grey hair.
    face.sheet.fill([(96, 240), (86, 200), (92, 146), (120, 100), (160, 80), (189, 78),
                     (218, 80), (258, 100), (286, 146), (292, 200), (282, 240), (276, 206),
                     (270, 168), (246, 130), (214, 118), (189, 126), (164, 118), (132, 130),
                     (108, 168), (102, 206)], 238)
    face.glasses(grey=44, square=True, rx=28, ry=18, width=5)
    return face


def curly_woman():
    face = Face(skin=118, half=80, jaw=60, chin=344, neck=37, shoulder=136,
                ground=188)
    for x, y, r in ((189, 104, 62), (126, 126, 54), (252, 126, 54), (92, 184, 50),
                    (286, 184, 50), (82, 246, 46), (296, 246, 46), (96, 300, 40),
                    (282, 300, 40)):
        face.sheet.fill(ring(x, y, r, r), 34)
    face.body(222, crew(250))
    face.head(ears=True, earring=246)
    face.eyes(iris=24, lash=True, tall=11)
    face.brows(26, width=6.5)
    face.nose(wide=16, bridge=False)
    face.grin()
    for x, y, r in ((120, 150, 30), (150, 124, 32), (189, 112, 34), (228, 124, 32),
                    (258, 150, 30), (104, 186, 22), (274, 186, 22)):
        face.sheet.fill(ring(x, y, r, r), 34)
    return face


def bearded_man():
    face = Face(skin=184, half=84, jaw=70, chin=350, neck=48, shoulder=158,
                ground=132)
    face.body(208, open_shirt(228, 128))
    face.head()
    # The beard, with the mouth left free.
    face.sheet.fill(both([(0, 284), (26, 282), (40, 296), (60, 284), (77, 246),
                          (83, 206), (86, 246), (83, 280), (74, 314), (52, 346), (0, 364)]), 46)
    face.eyes()
    face.brows(40, width=10, arch=4)
    face.nose(wide=15)
    face.lips(132, y=308, wide=22)
    # Thick, brushed back.
    face.sheet.fill([(98, 244), (88, 196), (90, 140), (114, 92), (156, 62), (206, 54),
                     (254, 74), (286, 120), (292, 190), (281, 244), (272, 200), (262, 158),
                     (228, 140), (186, 146), (142, 138), (116, 162), (108, 200)], 46)
    face.sheet.line([(140, 106), (176, 84), (220, 82)], 6, 92, taper=True)
    return face


def long_hair_woman():
    face = Face(skin=220, half=79, jaw=57, chin=342, neck=35, shoulder=134,
                ground=176)
    face.sheet.fill([(189, 64), (256, 84), (290, 140), (298, 220), (314, 300), (318, 380),
                     (300, 440), (250, 452), (128, 452), (78, 440), (60, 380), (64, 300),
                     (80, 220), (88, 140), (122, 84)], 104)
    face.body(74, blouse(92, 150))
    face.head(ears=False)
    face.blush()
    face.eyes(iris=70, lash=True, tall=11)
    face.brows(98, width=6)
    face.nose(wide=10)
    face.lips(128, wide=27)
    # Two curtains from a middle parting, falling in front of the shoulders.
    for side in (-1, 1):
        face.sheet.fill([(CX - side * 2, 70), (CX + side * 58, 84), (CX + side * 96, 136),
                         (CX + side * 108, 220), (CX + side * 122, 310),
                         (CX + side * 124, 390), (CX + side * 104, 436),
                         (CX + side * 78, 420), (CX + side * 80, 360),
                         (CX + side * 72, 300), (CX + side * 80, 244),
                         (CX + side * 70, 186), (CX + side * 32, 140),
                         (CX - side * 2, 112)], 104)
        face.sheet.line([(CX + side * 30, 96), (CX + side * 76, 150),
                         (CX + side * 92, 230), (CX + side * 100, 320)], 6, 142, taper=True)
    return face


def bun_grandmother():
    face = Face(skin=204, half=82, jaw=64, chin=342, neck=36, shoulder=138)
    face.sheet.fill(ring(CX, 66, 44, 36), 238)
    face.body(96, turtle(116, 74))
    face.head(earring=250)
    face.blush(0.24)
    face.closed_eyes()
    face.brows(178, width=6, arch=6)
    face.nose(wide=12, bridge=False)
    face.laughter_lines()
    face.smile(y=302, wide=24)
    face.sheet.fill([(102, 246), (90, 200), (96, 142), (126, 98), (189, 78), (252, 98),
                     (282, 142), (288, 200), (276, 246), (270, 206), (262, 172), (232, 142),
                     (189, 124), (146, 142), (116, 172), (108, 206)], 238)
    face.sheet.line([(154, 87), (189, 95), (224, 87)], 5, 186, taper=True)
    face.glasses(grey=70, rx=29, ry=25, width=4)
    return face


def headscarf_woman():
    face = Face(skin=198, half=78, jaw=58, chin=338, neck=37, shoulder=138,
                ground=146)
    face.body(70)
    face.head(ears=False)
    face.blush(0.16)
    face.eyes(iris=34, lash=True)
    face.brows(50, width=7)
    face.nose(wide=11)
    face.lips(122)
    # One outline outside, one inside: the scarf is what lies between.
    outer = face.sheet.mask(both([(0, 72), (58, 84), (96, 138), (106, 220), (100, 300),
                                  (100, 360), (116, 420), (70, 452), (0, 462)]))
    inner = face.sheet.mask(both([(0, 134), (46, 146), (70, 186), (74, 236), (66, 288),
                                  (38, 326), (0, 338)]))
    face.sheet.lay(ImageChops.subtract(outer, inner), 226)
    face.sheet.line([(CX - 60, 330), (CX - 10, 376), (CX + 66, 392)], 6, 178, taper=True)
    face.sheet.line([(CX - 78, 372), (CX - 20, 416), (CX + 70, 430)], 6, 178, taper=True)
    face.sheet.line([(CX - 78, 150), (CX - 40, 108), (CX + 10, 96)], 6, 246, taper=True)
    return face


PEOPLE = [short_hair_man, bob_woman, grey_man_with_glasses, curly_woman, bearded_man,
          long_hair_woman, bun_grandmother, headscarf_woman]


# --- JPEG 2000.


def encode(image, budget):
    """JP2, 5/3 reversible wavelet, one quality layer cut off at the budget."""
    out = io.BytesIO()
    image.save(out, "JPEG2000", irreversible=False, num_resolutions=6,
               codeblock_size=(64, 64), progression="LRCP", quality_mode="rates",
               quality_layers=[image.width * image.height * len(image.getbands()) / budget])
    return out.getvalue()


def damage(image, data):
    """How far the decoded picture is off: in flat areas, then in all."""
    image, decoded = image.convert("L"), Image.open(io.BytesIO(data)).convert("L")
    off = ImageChops.difference(image, decoded)
    edges = ImageChops.difference(image.filter(ImageFilter.MaxFilter(15)),
                                  image.filter(ImageFilter.MinFilter(15)))
    flat = edges.point([255 if v <= 1 else 0 for v in range(256)])
    worst = ImageChops.multiply(off, flat).getextrema()[1]
    return worst, sum(n * v * v for v, n in enumerate(off.histogram()))


def best(image, budgets, largest):
    """The encoding that looks best of those with about the wanted size.

    Cutting a code block in the middle of a bit plane may leave specks in flat
    areas.  Whether it does varies with the exact budget, so try several.
    """
    tries = [encode(image, budget) for budget in budgets]
    return min((data for data in tries if len(data) <= largest), key=lambda data: damage(image, data))


def check(data, size, smallest, largest, colours):
    """The properties the simulator's cards rely on; returns a description."""
    assert data[:12] == bytes.fromhex("0000000c6a5020200d0a870a"), "JP2 signature"
    boxes = {}

    def walk(start, end):
        while start < end:
            size, kind = struct.unpack_from(">I4s", data, start)
            stop = start + size if size else end
            boxes[kind.decode("ascii")] = data[start + 8 : stop]
            if kind == b"jp2h":
                walk(start + 8, stop)
            start = stop

    walk(0, len(data))
    assert boxes["ftyp"][:4] == b"jp2 ", "brand"
    header = struct.unpack(">IIHBBBB", boxes["ihdr"])
    assert header == (size[1], size[0], colours, 7, 7, 0, 0), header
    space = {1: 17, 3: 16}[colours]  # greyscale, sRGB
    assert struct.unpack(">BBBI", boxes["colr"]) == (1, 0, 0, space), "colour space"
    stream = boxes["jp2c"]
    assert stream[:4] == b"\xff\x4f\xff\x51" and stream[-2:] == b"\xff\xd9", "SOC, SIZ, EOC"
    at = 2
    while stream[at : at + 2] != b"\xff\x52":
        at += 2 + struct.unpack_from(">H", stream, at + 2)[0]
    layers, _mct, levels, _width, _height, _style, wavelet = struct.unpack_from(
        ">HBBBBBB", stream, at + 6)
    assert wavelet == 1, "the reversible 5/3 wavelet"
    assert smallest <= len(data) <= largest, f"{len(data)} bytes"
    return f"{len(data)} bytes, {levels} levels, {layers} layer"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=OUT)
    parser.add_argument("--png", type=pathlib.Path)
    parser.add_argument("--licence", action="store_true", help="photos of driving licences instead")
    parser.add_argument("--residence", action="store_true", help="photos of residence cards instead")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    name, size, budgets, smallest, largest = "face", (W, H), BUDGETS, SMALLEST, LARGEST
    if options.licence:
        name, size, budgets, largest = "licence", LICENCE, LICENCE_BUDGETS, LICENCE_LARGEST
        smallest = 1000
    if options.residence:
        name, size, budgets, largest = "residence", RESIDENCE, RESIDENCE_BUDGETS, RESIDENCE_LARGEST
    for n, person in enumerate(PEOPLE):
        drawn = person().sheet.done()
        if size != drawn.size:
            drawn = drawn.resize(size, Image.LANCZOS)
        if options.residence:
            black, mid, white = TINTS[n]
            drawn = ImageOps.colorize(drawn, black, white, mid)
        data = best(drawn, budgets, largest)
        what = check(data, size, smallest, largest, len(drawn.getbands()))
        (options.out / f"{name}-{n}.jp2").write_bytes(data)
        print(f"{name}-{n}.jp2: {what}, sha256 {hashlib.sha256(data).hexdigest()}")
        if options.png:
            options.png.mkdir(parents=True, exist_ok=True)
            drawn.save(options.png / f"{name}-{n}-drawn.png")
            Image.open(io.BytesIO(data)).save(options.png / f"{name}-{n}.png")


if __name__ == "__main__":
    main()
