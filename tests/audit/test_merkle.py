"""The tree over a trail: known answers of RFC 6962's own test data shape, proofs, and the frontier that grows."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.domain.merkle import EMPTY, Tree, grown, leaf_hash, node_hash, root_of
from tools import sopverify

LEAVES = [bytes([number]) * 32 for number in range(40)]


def test_an_empty_tree_has_the_hash_of_nothing():
    assert root_of([]) == EMPTY == hashlib.sha256(b"").digest()


def test_leaves_and_nodes_cannot_be_taken_for_one_another():
    assert leaf_hash(b"ab") != node_hash(b"a", b"b")


def test_three_leaves_give_the_root_of_the_standard_s_figure():
    a, b, c = map(leaf_hash, LEAVES[:3])
    assert Tree(LEAVES[:3]).root() == node_hash(node_hash(a, b), c)


@pytest.mark.parametrize("size", range(1, 40))
def test_a_growing_frontier_has_the_root_of_the_whole_tree(size: int):
    frontier: list[bytes] = []
    for place, leaf in enumerate(LEAVES[:size]):
        frontier = grown(frontier, place, leaf)
    assert root_of(frontier) == Tree(LEAVES[:size]).root()
    assert sopverify.roots_at([leaf.hex() for leaf in LEAVES[:size]], {size}) == {size: root_of(frontier)}


def by_inclusion(leaf: bytes, index: int, size: int, path: list[str]) -> bytes | None:
    """Return the root that the verifier finds, None for a proof that it cannot follow."""
    found: bytes | None = sopverify.tried(sopverify.root_by_inclusion, leaf_hash(leaf), index, size, path)
    return found


@given(st.integers(1, 40), st.integers(0, 39), st.integers(0, 255), st.integers(0, 31))
def test_the_verifier_accepts_every_inclusion_proof_and_no_changed_one(size: int, index: int, place: int, bit: int):
    index %= size
    tree, leaf = Tree(LEAVES[:size]), LEAVES[index]
    path = [part.hex() for part in tree.inclusion(index)]
    assert by_inclusion(leaf, index, size, path) == tree.root()
    assert by_inclusion(leaf, index, size, [*path, "00" * 32]) is None
    if path:
        number = place % len(path)
        wrong = bytearray.fromhex(path[number])
        wrong[bit] ^= 1
        changed = [*path[:number], wrong.hex(), *path[number + 1 :]]
        assert by_inclusion(leaf, index, size, changed) != tree.root()
        assert by_inclusion(leaf, index, size, path[:-1]) != tree.root()


@given(st.integers(1, 40), st.integers(1, 40))
def test_the_verifier_accepts_every_consistency_proof_and_no_other_root(old: int, new: int):
    old, new = min(old, new), max(old, new)
    tree = Tree(LEAVES[:new])
    path = [part.hex() for part in tree.consistency(old)]

    def led(known: bytes, proof: list[str]) -> object:
        return sopverify.tried(sopverify.roots_by_consistency, old, new, known, proof)

    assert led(tree.root(old), path) == (tree.root(old), tree.root())
    assert led(LEAVES[0], path) != (LEAVES[0], tree.root())
    assert led(tree.root(old), [*path, "00" * 32]) != (tree.root(old), tree.root())
