"""Merkle trees over an organisation's entries (RFC 9162, section 2.1): one short root stands for all of them.

Leaves are the entries' hashes. A frontier is the tree while it grows: the roots of its perfect subtrees, largest first,
so that adding a leaf and telling the root take a few hashes however long the trail is.
"""

import hashlib
from collections.abc import Sequence

EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node over two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def grown(frontier: Sequence[bytes], size: int, leaf: bytes) -> list[bytes]:
    """Return the frontier of a tree of `size` leaves after one more leaf."""
    nodes, node = list(frontier), leaf_hash(leaf)
    while size & 1:
        node = node_hash(nodes.pop(), node)
        size >>= 1
    return [*nodes, node]


def root_of(frontier: Sequence[bytes]) -> bytes:
    """Return the root of the tree that a frontier stands for."""
    if not frontier:
        return EMPTY
    *left, node = frontier
    for subtree in reversed(left):
        node = node_hash(subtree, node)
    return node


class Tree:
    """A whole tree, for proofs: every subtree is hashed once."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.size = len(leaves)
        self._leaves = [leaf_hash(leaf) for leaf in leaves]
        self._kept: dict[tuple[int, int], bytes] = {}

    def root(self, size: int | None = None) -> bytes:
        """Return the root over the first `size` leaves, all of them by default."""
        return self._over(0, self.size if size is None else size)

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """Return the proof that leaf `index` (from 0) is in the tree of the first `size` leaves (RFC 9162, 2.1.3.1)."""
        first, last, path = 0, self.size if size is None else size, []
        while last - first > 1:
            middle = first + _split(last - first)
            if index < middle:
                path.append(self._over(middle, last))
                last = middle
            else:
                path.append(self._over(first, middle))
                first = middle
        return path[::-1]

    def consistency(self, old: int, size: int | None = None) -> list[bytes]:
        """Return the proof that the tree of the first `old` leaves grew into that of `size` (RFC 9162, 2.1.4.1)."""
        size = self.size if size is None else size
        return [] if old in (0, size) else self._subproof(old, 0, size, whole=True)

    def _subproof(self, old: int, first: int, last: int, *, whole: bool) -> list[bytes]:
        if old == last - first:
            return [] if whole else [self._over(first, last)]
        half = _split(last - first)
        if old <= half:
            return [*self._subproof(old, first, first + half, whole=whole), self._over(first + half, last)]
        return [*self._subproof(old - half, first + half, last, whole=False), self._over(first, first + half)]

    def _over(self, first: int, last: int) -> bytes:
        if last - first < 2:
            return self._leaves[first] if last > first else EMPTY
        found = self._kept.get((first, last))
        if found is None:
            middle = first + _split(last - first)
            found = self._kept[first, last] = node_hash(self._over(first, middle), self._over(middle, last))
        return found


def _split(size: int) -> int:
    """Return the largest power of two below a size of at least two."""
    return 1 << (size - 1).bit_length() - 1
