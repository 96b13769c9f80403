//! A leaf's place in a Merkle tree (RFC 6962 2.1).
//!
//! The other leaves do not matter: a subtree without the leaf is a hash made from the seed, so a
//! tree of any size costs as much as the path.

use sha2::{Digest as _, Sha256};

/// A node of the tree.
pub(super) type Node = [u8; 32];

/// The path from a leaf up, and the root.
#[derive(Clone, Debug)]
pub(super) struct Path {
    pub(super) hashes: Vec<Node>,
    pub(super) root: Node,
}

/// Puts a leaf into a tree of a size, at an index below it.
pub(super) fn place(leaf: &[u8], index: u64, size: u64, seed: &str) -> Path {
    let leaf = Sha256::new().chain_update([0]).chain_update(leaf).finalize().into();
    climb(leaf, index, 0, size, seed)
}

/// `PATH(index, D[start:start + size])` and its root.
fn climb(leaf: Node, index: u64, start: u64, size: u64, seed: &str) -> Path {
    if size == 1 {
        return Path { hashes: vec![], root: leaf };
    }
    let split = largest_power_below(size);
    let (mut path, left, right);
    if index < split {
        path = climb(leaf, index, start, split, seed);
        let other = unknown(start + split, size - split, seed);
        (left, right) = (path.root, other);
        path.hashes.push(other);
    } else {
        path = climb(leaf, index - split, start + split, size - split, seed);
        let other = unknown(start, split, seed);
        (left, right) = (other, path.root);
        path.hashes.push(other);
    }
    path.root =
        Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into();
    path
}

fn largest_power_below(size: u64) -> u64 {
    1 << (u64::BITS - 1 - (size - 1).leading_zeros())
}

fn unknown(start: u64, size: u64, seed: &str) -> Node {
    Sha256::digest(format!("{seed} {start}+{size}")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_splits_at_the_largest_power_of_two_below_its_size() {
        let powers = [2, 3, 4, 5, 8, 9].map(largest_power_below);
        assert_eq!(powers, [1, 2, 2, 4, 4, 8]);
    }

    #[test]
    fn a_path_is_as_long_as_the_leaf_is_deep() {
        let depth = |index, size| place(b"leaf", index, size, "seed").hashes.len();
        assert_eq!([depth(0, 1), depth(0, 2), depth(4, 5), depth(0, 5)], [0, 1, 1, 3]);
        assert_eq!(depth(0, u64::MAX), 64);
    }

    /// Any two leaves see the same tree only if they are in it: what is unknown to one differs.
    #[test]
    fn a_root_depends_on_leaf_and_place() {
        let root = |leaf: &[u8], index| place(leaf, index, 9, "seed").root;
        assert_ne!(root(b"leaf", 3), root(b"other", 3));
        assert_ne!(root(b"leaf", 3), root(b"leaf", 4));
    }
}
