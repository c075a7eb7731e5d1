"""Pictures as phones make them, and zips as schools pack them."""

import io
import random
import zipfile
from collections.abc import Mapping

from PIL import Image, ImageFilter

HUE = {1: "N", 2: (16.0, 27.0, 49.0), 3: "E", 4: (107.0, 35.0, 27.0)}
_ORIENTATION, _GPS, _MAKE = 0x0112, 0x8825, 0x010F


def picture(
    *,
    size: tuple[int, int] = (600, 800),
    kind: str = "JPEG",
    colour: str = "navy",
    orientation: int | None = None,
) -> bytes:
    """The upper half of `colour`, the lower white; with the place and the phone's make in it."""
    image = Image.new("RGB", size, "white")
    image.paste(colour, (0, 0, size[0], size[1] // 2))
    exif = Image.Exif()
    exif[_MAKE] = "SecretPhone"
    exif[_GPS] = HUE
    if orientation is not None:
        exif[_ORIENTATION] = orientation
    out = io.BytesIO()
    extra = {"comment": b"at home"} if kind == "JPEG" else {}
    image.save(out, kind, exif=exif, **extra)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    """The picture, loaded."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def zipped(files: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return out.getvalue()


def as_a_camera_sees_it(picture: Image.Image, rng: random.Random) -> Image.Image:
    """Held askew, turned, unsharp, in uneven light, with noise and JPEG's marks."""
    side = picture.width
    page = Image.new("RGB", (side * 2, side * 2), "lightgrey")
    page.paste(picture, (side // 2, side // 2))
    page = page.rotate(rng.uniform(-35, 35), Image.Resampling.BICUBIC, fillcolor="lightgrey")
    far = side * 0.12
    corners = [
        (0 + rng.uniform(0, far), 0 + rng.uniform(0, far)),
        (0 + rng.uniform(0, far), side * 2 - rng.uniform(0, far)),
        (side * 2 - rng.uniform(0, far), side * 2 - rng.uniform(0, far)),
        (side * 2 - rng.uniform(0, far), 0 + rng.uniform(0, far)),
    ]
    flat = [each for corner in corners for each in corner]
    page = page.transform(page.size, Image.Transform.QUAD, flat, Image.Resampling.BICUBIC)
    light = Image.linear_gradient("L").resize(page.size).rotate(rng.choice((0, 90, 180, 270)))
    dark = Image.new("RGB", page.size, (40, 40, 60))
    page = Image.composite(page, dark, light.point(lambda value: 120 + value // 2))
    page = page.filter(ImageFilter.GaussianBlur(1.4))
    page = Image.blend(page, Image.effect_noise(page.size, 60).convert("RGB"), 0.12)
    out = io.BytesIO()
    page.save(out, "JPEG", quality=45)
    return opened(out.getvalue())
