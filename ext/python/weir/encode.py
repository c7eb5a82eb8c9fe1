"""Sentences as vectors: the nearer two texts are in meaning, the nearer their dot product is to 1."""
import mmap

import numpy as np

from weir._library import constructed, ffi, lib
from weir.logs import _bytes


class Encoder:
    """The model in a file that `weir model fetch` makes. Vectors are the same bits on every processor. One thread at a
    time."""

    def __init__(self, path):
        with open(path, "rb") as f:
            self._map = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)
        self._bytes = ffi.from_buffer(self._map)
        self._encoder, self._memory = constructed(lib.weir_encoder_size(), lib.weir_encoder_init, self._bytes,
                                                  len(self._map))

    def encode(self, texts):
        """Texts (str or bytes) as an array of float32, rows of 384 numbers of length 1."""
        kept = [ffi.from_buffer(_bytes(t)) for t in texts]
        views = ffi.new("struct weir_text[]", [(k, len(k)) for k in kept])
        out = np.empty((len(kept), lib.WEIR_ENCODE_DIM), dtype=np.float32)
        lib.weir_encode(self._encoder, views, len(kept), ffi.cast("float *", out.ctypes.data))
        return out

    def tokenize(self, text):
        """The ids of a text's word pieces, [CLS] and [SEP] included."""
        kept, ids = ffi.from_buffer(_bytes(text)), ffi.new("uint16_t[]", lib.WEIR_ENCODE_PIECES_MAX)
        n = lib.weir_tokenize(self._encoder, (kept, len(kept)), ids)
        return list(ids[0:n])
