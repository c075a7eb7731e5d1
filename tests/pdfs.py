"""PDFs as offices print them, and as somebody makes them who means ill."""

import io
import re
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

TEXT = b"BT /F1 24 Tf 72 700 Td (Xin chao phu huynh) Tj ET"


def sheet(pages: int = 1, *, text: bytes = TEXT) -> Pdf:
    """A document with a line of text on each page."""
    made = Pdf.new()
    font = made.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    )
    for _ in range(pages):
        made.add_blank_page()
        page = made.pages[-1]
        page.Contents = Stream(made, text)
        page.Resources = Dictionary(Font=Dictionary(F1=font))
    return made


def saved(document: Pdf, **options: Any) -> bytes:
    out = io.BytesIO()
    document.save(out, **options)
    return out.getvalue()


def hostile() -> bytes:
    """One page with everything in it that a PDF can do to who opens it, and a filled form."""
    made = sheet()
    script = Dictionary(S=Name.JavaScript, JS=String("app.alert('steal')"))
    launch = Dictionary(S=Name.Launch, F=String("steal.exe"))
    made.Root.OpenAction = script
    made.Root.AA = Dictionary(WC=script)
    made.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script])))
    made.attachments["steal.exe"] = pikepdf.AttachedFileSpec(
        made,
        b"MZ steal" * 100,
        filename="steal.exe",
        description="",
        mime_type="application/octet-stream",
        creation_date="",
        mod_date="",
    )
    page = made.pages[0]
    page.AA = Dictionary(O=launch)
    page.PieceInfo = Dictionary(Tool=Dictionary(Private=String("steal")))
    field = made.make_indirect(_field(made, script))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 100, 100]), A=launch)
    page.Annots = Array([made.make_indirect(link), field])
    made.Root.AcroForm = Dictionary(Fields=Array([field]), XFA=Stream(made, b"<xdp>steal</xdp>"))
    box = Array([0, 0, 1, 1])
    page.Resources.XObject = Dictionary(
        P=Stream(made, b"steal", Type=Name.XObject, Subtype=Name.PS),
        X=Stream(
            made, b"", Type=Name.XObject, Subtype=Name.Form, F=String("http://steal"), BBox=box
        ),
    )
    page.Resources.Properties = Dictionary(M=Dictionary(Deep=Array([Dictionary(Act=script)])))
    made.docinfo["/Author"] = "steal"
    return saved(made)


def _field(made: Pdf, script: Dictionary) -> Dictionary:
    look = Stream(
        made,
        b"BT /F1 12 Tf 2 2 Td (Da dien) Tj ET",
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, 190, 30]),
    )
    return Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        FT=Name.Tx,
        T=String("t"),
        V=String("Da dien"),
        Rect=Array([10, 10, 200, 40]),
        AA=Dictionary(K=script),
        AP=Dictionary(N=look),
    )


def with_picture(jpeg: bytes, *, width: int, height: int) -> bytes:
    """A page on which a photograph lies, as phones scan."""
    made = sheet()
    photo = Stream(
        made,
        jpeg,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=width,
        Height=height,
        BitsPerComponent=8,
        ColorSpace=Name.DeviceRGB,
        Filter=Name.DCTDecode,
    )
    made.pages[0].Resources.XObject = Dictionary(I=photo)
    return saved(made)


def bare(*objects: bytes) -> bytes:
    """A file of these objects, the first the catalogue, as no library would write it."""
    body = b"%PDF-1.4\n" + b"".join(
        b"%d 0 obj%s endobj\n" % (number, each) for number, each in enumerate(objects, 1)
    )
    places = [found.start() for found in re.finditer(rb"^\d+ 0 obj", body, re.M)]
    size = len(objects) + 1
    table = b"xref\n0 %d\n0000000000 65535 f \n" % size
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        body
        + table
        + b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF"
        % (
            size,
            len(body),
        )
    )


def laid_open(data: bytes) -> bytes:
    """All that is in a document, nothing of it packed."""
    out = io.BytesIO()
    with Pdf.open(io.BytesIO(data)) as document:
        document.save(
            out,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            compress_streams=False,
        )
    return out.getvalue()
