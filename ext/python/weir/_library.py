"""What the modules share: errors, arrays and memory at the border of the C library."""
import mmap

import numpy as np

from weir._native import ffi, lib


class WeirError(ValueError):
    """A call failed; str() says which argument and what was expected."""

    def __init__(self, message, code=lib.WEIR_INPUT):
        super().__init__(message)
        self.code = code


def version():
    return ffi.string(lib.weir_version()).decode()


def checked(call, *args):
    """Call a C function whose last parameter is the error; raises WeirError with its sentence."""
    error = ffi.new("struct weir_error *")
    if call(*args, error) != lib.WEIR_OK:
        raise WeirError(ffi.string(error.message).decode(errors="replace"), error.code)


def doubles(values, dimensions=1):
    """An array as C sees it (no copy where it is one of contiguous doubles already), and its address."""
    array = np.ascontiguousarray(values, dtype=np.float64)
    if array.ndim != dimensions:
        raise WeirError(f"an array of {dimensions} dimension{'s' if dimensions > 1 else ''} is expected, not of {array.ndim}")
    return array, ffi.cast("double *", array.ctypes.data)


def memory(size):
    """A struct weir_memory of so many bytes, and what keeps it alive."""
    block = ffi.new("char[]", size)
    return ffi.new("struct weir_memory *", {"ptr": block, "size": size})[0], block


def constructed(size, make, *args):
    """An object inside memory of its own: (object, what keeps it alive)."""
    block, out = ffi.new("char[]", size), ffi.new("void **")
    checked(lambda *all: make(block, size, *all), *args, ffi.cast(ffi.typeof(make).args[2 + len(args)], out))
    return out[0], block


def mapped(path):
    """The bytes of a file that is only read. They hold the file's mapping."""
    with open(path, "rb") as f:
        if f.seek(0, 2) == 0:
            raise WeirError(f"{path}: the file is empty", lib.WEIR_CORRUPT)
        return ffi.from_buffer(mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ))
