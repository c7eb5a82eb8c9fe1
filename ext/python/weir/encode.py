"""Sentences as vectors: the nearer two texts are in meaning, the nearer their dot product is to 1."""
import numpy as np

from weir._library import WeirError, checked, constructed, ffi, lib, mapped
from weir.logs import _bytes


class Encoder:
    """The model in a file that `weir model fetch` makes. Vectors are the same bits on every processor. One thread at a
    time."""

    def __init__(self, path):
        self._bytes = mapped(path)
        self._encoder, self._memory = constructed(lib.weir_encoder_size(), lib.weir_encoder_init, self._bytes,
                                                  len(self._bytes))

    def encode(self, texts, layers=1 << 6):
        """Texts (str or bytes) as an array of float32, rows of 384 numbers of length 1. With other `layers` (bit i is
        layer i of 6; Classifier.layers says which a classifier wants) 384 numbers each beside each other."""
        kept = [ffi.from_buffer(_bytes(t)) for t in texts]
        views = ffi.new("struct weir_text[]", [(k, len(k)) for k in kept])
        out = np.empty((len(kept), _width(layers)), dtype=np.float32)
        checked(lib.weir_encode_layers, self._encoder, views, len(kept), layers, ffi.cast("float *", out.ctypes.data))
        return out

    def encode_names(self, names):
        """What stands for classes that are known by (label, description) alone, as NameClassifier wants it."""
        kept = [[ffi.from_buffer(_bytes(t)) for t in pair] for pair in names]
        views = ffi.new("struct weir_name[]", [[(k, len(k)) for k in pair] for pair in kept])
        out = np.empty((len(kept), lib.WEIR_ENCODE_DIM), dtype=np.float32)
        checked(lib.weir_encode_names, self._encoder, views, len(kept), ffi.cast("float *", out.ctypes.data))
        return out

    def tokenize(self, text):
        """The ids of a text's word pieces, [CLS] and [SEP] included."""
        kept, ids = ffi.from_buffer(_bytes(text)), ffi.new("uint16_t[]", lib.WEIR_ENCODE_PIECES_MAX)
        n = lib.weir_tokenize(self._encoder, (kept, len(kept)), ids)
        return list(ids[0:n])


def _width(layers):
    width = lib.weir_encode_layers_dim(layers) if 0 < layers < 1 << 32 else 0
    if not width:
        raise WeirError(f"layers: expected some of bits 0 to 6, not {layers}")
    return width
