"""PDF files of a few lines of text, written by hand (ISO 32000-1)."""

from __future__ import annotations

from collections.abc import Sequence


def pdf(
    pages: Sequence[Sequence[str]], title: str = "", outline: Sequence[tuple[str, int]] = ()
) -> bytes:
    """A file with these lines on its pages; `outline` has titles and the pages they lead to."""
    first = 4
    page_numbers = [first + 2 * number for number in range(len(pages))]
    kids = " ".join(f"{number} 0 R" for number in page_numbers)
    info = first + 2 * len(pages)
    outlines = info + 1
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R /Lang (en) /Outlines {outlines} 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, lines in zip(page_numbers, pages, strict=True):
        shown = " ".join(f"({_escaped(line)}) Tj T*" for line in lines)
        content = f"BT /F1 12 Tf 14 TL 72 720 Td {shown} ET"
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {number + 1} 0 R >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    objects.append(f"<< /Title ({_escaped(title)}) >>")
    objects += _outline(outlines, outline, page_numbers)
    return _file(objects, info)


def _outline(root: int, entries: Sequence[tuple[str, int]], pages: Sequence[int]) -> list[str]:
    if not entries:
        return ["<< /Type /Outlines /Count 0 >>"]
    numbers = range(root + 1, root + 1 + len(entries))
    made = [f"<< /Type /Outlines /First {numbers[0]} 0 R /Last {numbers[-1]} 0 R /Count 1 >>"]
    for place, (title, page) in enumerate(entries):
        after = f"/Next {numbers[place + 1]} 0 R" if place + 1 < len(entries) else ""
        made.append(
            f"<< /Title ({_escaped(title)}) /Parent {root} 0 R {after} "
            f"/Dest [{pages[page - 1]} 0 R /Fit] >>"
        )
    return made


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _file(objects: Sequence[str], info: int) -> bytes:
    data, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{content}\nendobj\n".encode("cp1252")
    table = len(data)
    rows = "".join(f"{place:010d} 00000 n \n" for place in places)
    data += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{rows}".encode()
    trailer = f"<< /Size {len(objects) + 1} /Root 1 0 R /Info {info} 0 R >>"
    return data + f"trailer\n{trailer}\nstartxref\n{table}\n%%EOF\n".encode()
