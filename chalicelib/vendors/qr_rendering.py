"""Links as QR codes, fit for print. Import only where one is drawn: qrcode takes its time at a cold start."""

import io
import math

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError
from qrcode.image.pure import PyPNGImage
from qrcode.image.svg import SvgPathFillImage

from chalicelib.qr_codes.model import Format

QUIET_ZONE = 4
"""Modules of white on each side, as ISO/IEC 18004 asks."""

SMALLEST_PNG = 512
"""Pixels a side; each module is a whole number of them."""

_TENTHS_OF_MM_A_MODULE = 10


def render(link: str, format_: Format) -> bytes:
    """An image of the link: 15 % of it may be lost, and up to 30 % where that costs no larger symbol."""
    symbol = _strongest(link)
    modules = symbol.modules_count + 2 * QUIET_ZONE
    if format_ is Format.SVG:
        symbol.box_size, factory = _TENTHS_OF_MM_A_MODULE, SvgPathFillImage
    else:
        symbol.box_size, factory = math.ceil(SMALLEST_PNG / modules), PyPNGImage
    drawn = io.BytesIO()
    symbol.make_image(image_factory=factory).save(drawn)
    return drawn.getvalue()


def _strongest(link: str) -> QRCode:
    """The strongest correction that needs no more modules than level M: fewer, larger modules scan best when small."""
    fitting = _symbol(link, ERROR_CORRECT_M, version=None)
    for level in (ERROR_CORRECT_H, ERROR_CORRECT_Q):
        try:
            return _symbol(link, level, version=fitting.version)
        except DataOverflowError:
            continue
    return fitting


def _symbol(link: str, level: int, *, version: int | None) -> QRCode:
    symbol = QRCode(version=version, error_correction=level, border=QUIET_ZONE)
    symbol.add_data(link)
    symbol.make(fit=version is None)
    return symbol
