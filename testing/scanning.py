"""Reading QR codes as a phone would: with OpenCV, which shares no code with the library that draws them."""

import re
from xml.etree import ElementTree as ET

import cv2
import numpy as np

WHITE = 255
_SQUARE = re.compile(r"M(\d+),(\d+)H(\d+)V(\d+)H(\d+)z")


def png_bitmap(content: bytes) -> np.ndarray:
    """Its grey values."""
    bitmap = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert bitmap is not None, "this is no image"
    return bitmap


def svg_bitmap(content: bytes, *, scale: int = 10) -> np.ndarray:
    """The drawing as a bitmap. It may consist of a background and a path of squares, and nothing else."""
    root = ET.fromstring(content)  # noqa: S314 - our own drawing
    width, height = (int(float(each)) for each in root.attrib["viewBox"].split()[2:])
    background, path = list(root)
    assert background.attrib["fill"] == "white"
    bitmap = np.full((height * scale, width * scale), WHITE, np.uint8)
    squares = _SQUARE.findall(path.attrib["d"])
    assert _SQUARE.sub("", path.attrib["d"]) == ""
    for left, top, right, bottom, _ in squares:
        bitmap[int(top) * scale : int(bottom) * scale, int(left) * scale : int(right) * scale] = 0
    return bitmap


def scanned(bitmap: np.ndarray) -> str:
    """The text in the code; empty when it cannot be read. Like a phone, it looks more than once, and closer."""
    for detector in (cv2.QRCodeDetector(), cv2.QRCodeDetectorAruco()):
        for nearer in (1, 2):
            seen = cv2.resize(bitmap, None, fx=nearer, fy=nearer, interpolation=cv2.INTER_CUBIC)
            text: str = detector.detectAndDecode(seen)[0]
            if text:
                return text
    return ""


def shrunk(bitmap: np.ndarray, pixels: int) -> np.ndarray:
    return cv2.resize(bitmap, (pixels, pixels), interpolation=cv2.INTER_AREA)


def turned(bitmap: np.ndarray, degrees: float) -> np.ndarray:
    """Turned about its middle, on white."""
    side = bitmap.shape[0] * 2
    table = np.full((side, side), WHITE, np.uint8)
    corner = bitmap.shape[0] // 2
    table[corner : corner + bitmap.shape[0], corner : corner + bitmap.shape[1]] = bitmap
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), degrees, 1.0)
    return cv2.warpAffine(table, turn, (side, side), borderValue=WHITE)
