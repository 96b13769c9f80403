//! Merkle audit paths (RFC 6962 section 2.1), checked by the steps of RFC 9162 section 2.1.3.2.

use sha2::{Digest, Sha256};

use super::error::LogError;

/// A node of a tree hashed with SHA-256.
pub(crate) type Node = [u8; 32];

/// The hash of a leaf: `SHA-256(0x00 || data)`.
pub(crate) fn leaf_hash(data: &[u8]) -> Node {
    Sha256::new().chain_update([0]).chain_update(data).finalize().into()
}

/// The hash of an inner node: `SHA-256(0x01 || left || right)`.
pub(crate) fn node_hash(left: &Node, right: &Node) -> Node {
    let mut input = [1; 65];
    let (_, children) = input.split_at_mut(1);
    let (first, second) = children.split_at_mut(32);
    first.copy_from_slice(left);
    second.copy_from_slice(right);
    Sha256::digest(input).into()
}

/// Checks that `leaf` is leaf number `index` of the tree of `size` leaves with root `root`.
///
/// # Errors
/// When the index is not in the tree, when the path is shorter or longer than that leaf's, or when
/// it leads to another root.
pub(crate) fn verify_inclusion<H: AsRef<[u8]>>(
    leaf: Node,
    index: u64,
    size: u64,
    path: &[H],
    root: &Node,
) -> Result<(), LogError> {
    // Step 1. A tree without leaves has no index that passes.
    if index >= size {
        return Err(LogError::IndexOutsideTree { index, size });
    }
    // Step 2.
    let mut number = index;
    let mut last = size - 1;
    // Step 3.
    let mut hash = leaf;
    // Step 4. The path has at most 64 elements: `last` loses a bit with each, and an element after
    // the last bit is refused.
    for sibling in path {
        if last == 0 {
            return Err(LogError::ProofLength { index, size, found: path.len() });
        }
        let sibling = node(sibling.as_ref())?;
        if number & 1 == 1 || number == last {
            hash = node_hash(&sibling, &hash);
            // At a right edge, levels on which the node stands alone have no sibling.
            while number & 1 == 0 && number != 0 {
                number >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, &sibling);
        }
        number >>= 1;
        last >>= 1;
    }
    // Step 5.
    if last != 0 {
        return Err(LogError::ProofLength { index, size, found: path.len() });
    }
    if hash == *root { Ok(()) } else { Err(LogError::RootDiffers) }
}

/// Bytes as a node, if the length is that of a hash.
pub(crate) fn node(bytes: &[u8]) -> Result<Node, LogError> {
    Node::try_from(bytes).map_err(|_| LogError::HashLength { expected: 32, found: bytes.len() })
}

#[cfg(test)]
pub(crate) mod tree {
    //! Trees written down as RFC 6962 section 2.1 defines them, which is not how they are checked.

    use super::{Node, node_hash};

    /// The largest power of two smaller than `count`.
    fn split(count: usize) -> usize {
        count.next_power_of_two() / 2
    }

    /// The tree head of some leaves.
    pub(crate) fn root(leaves: &[Node]) -> Node {
        if let [leaf] = leaves {
            return *leaf;
        }
        let (left, right) = leaves.split_at(split(leaves.len()));
        node_hash(&root(left), &root(right))
    }

    /// The audit path of a leaf, from the leaf up.
    pub(crate) fn path(index: usize, leaves: &[Node]) -> Vec<Node> {
        if leaves.len() <= 1 {
            return Vec::new();
        }
        let (left, right) = leaves.split_at(split(leaves.len()));
        let (mut nodes, sibling) = if index < left.len() {
            (path(index, left), root(right))
        } else {
            (path(index - left.len(), right), root(left))
        };
        nodes.push(sibling);
        nodes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{LogError, Node, leaf_hash, node_hash, tree, verify_inclusion};

    fn leaves(count: usize) -> Vec<Node> {
        (0..count).map(|number| leaf_hash(number.to_string().as_bytes())).collect()
    }

    fn wide(number: usize) -> u64 {
        number.try_into().expect("a small number")
    }

    fn check(index: usize, leaves: &[Node], path: &[Node]) -> Result<(), LogError> {
        verify_inclusion(leaves[index], wide(index), wide(leaves.len()), path, &tree::root(leaves))
    }

    /// RFC 6962 section 2.1 by hand: the tree of three leaves is `H(H(a, b), c)`.
    #[test]
    fn three_leaves() {
        let leaves = leaves(3);
        let left = node_hash(&leaves[0], &leaves[1]);
        assert_eq!(tree::root(&leaves), node_hash(&left, &leaves[2]));
        assert_eq!(check(2, &leaves, &[left]), Ok(()));
        assert_eq!(check(0, &leaves, &[leaves[1], leaves[2]]), Ok(()));
    }

    #[test]
    fn every_leaf_of_every_small_tree() {
        for size in 1..=64 {
            let leaves = leaves(size);
            for index in 0..size {
                let path = tree::path(index, &leaves);
                assert_eq!(check(index, &leaves, &path), Ok(()), "{index} of {size}");
                rejects_twins(index, &leaves, &path);
            }
        }
    }

    fn rejects_twins(index: usize, leaves: &[Node], path: &[Node]) {
        let (size, root) = (leaves.len(), tree::root(leaves));
        let length =
            |found| Err(LogError::ProofLength { index: wide(index), size: wide(size), found });
        let mut longer = path.to_vec();
        longer.push([0; 32]);
        assert_eq!(check(index, leaves, &longer), length(path.len() + 1));
        if let Some((_, shorter)) = path.split_last() {
            assert_eq!(check(index, leaves, shorter), length(path.len() - 1));
        }
        for place in 0..path.len() {
            let mut flipped = path.to_vec();
            flipped[place][31] ^= 1;
            assert_eq!(check(index, leaves, &flipped), Err(LogError::RootDiffers));
        }
        for other in (0..=size).filter(|other| *other != index) {
            let result = verify_inclusion(leaves[index], wide(other), wide(size), path, &root);
            assert!(result.is_err(), "{index} of {size} as {other}");
        }
        let mut leaf = leaves[index];
        leaf[0] ^= 0x80;
        let result = verify_inclusion(leaf, wide(index), wide(size), path, &root);
        assert_eq!(result, Err(LogError::RootDiffers));
    }

    #[test]
    fn an_index_outside_the_tree() {
        let none: &[Node] = &[];
        for (index, size) in [(0, 0), (1, 1), (u64::MAX, u64::MAX), (8, 7)] {
            let result = verify_inclusion([0; 32], index, size, none, &[0; 32]);
            assert_eq!(result, Err(LogError::IndexOutsideTree { index, size }));
        }
    }

    #[test]
    fn a_hash_of_another_length() {
        for length in [0, 20, 31, 33, 64] {
            let path = [vec![0; length]];
            let result = verify_inclusion([0; 32], 0, 2, &path, &[0; 32]);
            assert_eq!(result, Err(LogError::HashLength { expected: 32, found: length }));
        }
    }

    /// The last leaf of the greatest tree has one sibling a set bit, the first one a level.
    #[test]
    fn the_greatest_tree() {
        let path = vec![[7; 32]; 64];
        let fold = |hash: Node, sibling: &Node| node_hash(&hash, sibling);
        let root = path.iter().fold([1; 32], fold);
        assert_eq!(verify_inclusion([1; 32], 0, u64::MAX, &path, &root), Ok(()));
        let longer = vec![[7; 32]; 65];
        assert!(verify_inclusion([1; 32], 0, u64::MAX, &longer, &root).is_err());
    }

    proptest! {
        #[test]
        fn never_panics(
            index: u64,
            size: u64,
            path in prop::collection::vec(prop::collection::vec(any::<u8>(), 30..34), 0..70),
        ) {
            let _ = verify_inclusion([0; 32], index, size, &path, &[0; 32]);
        }
    }
}
