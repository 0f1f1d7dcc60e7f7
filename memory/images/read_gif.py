"""GIF: the screen, and the place of every frame on it."""

import re
import struct

from .found import Found, damaged, truncated

_MAX_BLOCKS = 500_000
_MAX_FRAMES_READ = 10_000
_BLOCK = re.compile(rb"[!,;]")


class _Walk:
    """Goes through the blocks of a file; notes frames and whether the first is transparent."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.frames: list[tuple[int, int]] = []
        self.count = 0
        self.transparent = False
        self.private = False
        self.blocks = 0

    def run(self, at: int) -> None:
        """Read until the trailer; a file that ends after its first whole frame will do."""
        try:
            while self.data[at] != 0x3B:
                at = self._block(at)
        except (IndexError, struct.error):
            if not self.count:
                raise truncated("GIF") from None

    def _block(self, at: int) -> int:
        if self.data[at] == 0x21:
            return self._extension(at)
        if self.data[at] == 0x2C:
            return self._frame(at)
        if self.data[at] == 0 or self.count:
            return self._after_padding(at)
        raise damaged("GIF", "an unknown block")

    def _after_padding(self, at: int) -> int:
        """Where the next block begins: decoders skip what is none."""
        found = _BLOCK.search(self.data, at)
        if found is None:
            raise IndexError
        if not self.count and self.data.count(0, at, found.start()) < found.start() - at:
            raise damaged("GIF", "an unknown block")
        return found.start()

    def _extension(self, at: int) -> int:
        label = self.data[at + 1]
        if label == 0xF9 and not self.count:
            self.transparent = bool(self.data[at + 3] & 1)
        self.private |= label == 0xFE
        return self._after_sub_blocks(at + 2)

    def _frame(self, at: int) -> int:
        left, top, width, height, flags = struct.unpack_from("<HHHHB", self.data, at + 1)
        table = 3 << (flags & 7) + 1 if flags & 0x80 else 0
        after = self._after_sub_blocks(at + 10 + table + 1)
        self.count += 1
        if len(self.frames) < _MAX_FRAMES_READ:
            self.frames.append((left + width, top + height))
        return after

    def _after_sub_blocks(self, at: int) -> int:
        self._count()
        while length := self.data[at]:
            at += 1 + length
            self._count()
        return at + 1

    def _count(self) -> None:
        self.blocks += 1
        if self.blocks > _MAX_BLOCKS:
            raise damaged("GIF", "far too many blocks")


def read(data: bytes) -> Found:
    """Read the header and the frame descriptors.

    Raises:
        PictureError: damaged, or cut off before the end of the first frame.
    """
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    walk = _Walk(data)
    walk.run(13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0))
    if not walk.frames:
        raise damaged("GIF", "no picture inside")

    right, bottom = walk.frames[0]
    return Found(
        size=(max(width, right), max(height, bottom)),  # a first frame may widen the screen
        mode="P",
        alpha=walk.transparent,
        frames=walk.count,
        frame_sizes=tuple(walk.frames),
        lossless=True,
        private=walk.private,
    )
