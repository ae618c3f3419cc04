//! The Merkle tree over the entries of a log (RFC 6962, section 2.1), grown leaf by leaf.
//! It must not keep the leaves: a few dozen hashes stand for all of them.

use sha2::{Digest as _, Sha256};

use crate::model::audit::Hash;

/// The roots of the whole trees that the leaves make up, the largest first, each with its number of leaves.
#[derive(Debug, Clone, Default)]
pub(super) struct Tree(Vec<(u64, Hash)>);

impl Tree {
    pub fn push(&mut self, leaf: &[u8]) {
        let mut grown = (1, Sha256::new().chain_update([0]).chain_update(leaf).finalize().into());
        while let Some((_, left)) = self.0.pop_if(|last| last.0 == grown.0) {
            grown = (grown.0 * 2, node(&left, &grown.1));
        }
        self.0.push(grown);
    }

    /// Of no leaves: the hash of nothing.
    pub fn root(&self) -> Hash {
        let roots = self.0.iter().rev().map(|(_, root)| *root);
        roots.reduce(|right, left| node(&left, &right)).unwrap_or_else(|| Sha256::digest([]).into())
    }
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the RFC defines it, from the top.
    fn defined(leaves: &[Vec<u8>]) -> Hash {
        match leaves {
            [] => Sha256::digest([]).into(),
            [leaf] => Sha256::new().chain_update([0]).chain_update(leaf).finalize().into(),
            _ => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                node(&defined(left), &defined(right))
            }
        }
    }

    #[test]
    fn a_tree_that_grew_has_the_root_that_is_defined() {
        let (mut tree, mut leaves) = (Tree::default(), Vec::new());
        for n in 0..130_u32 {
            assert_eq!(tree.root(), defined(&leaves), "{n} leaves");
            leaves.push(n.to_string().into_bytes());
            tree.push(leaves.last().unwrap());
        }
    }

    #[test]
    fn roots_are_those_that_the_certificate_logs_compute() {
        // Vectors of certificate-transparency's own tests.
        let leaves: [&[u8]; 3] = [b"", b"\x00", b"\x10"];
        let expected = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        ];
        let mut tree = Tree::default();
        for (leaf, root) in leaves.into_iter().zip(expected) {
            tree.push(leaf);
            assert_eq!(hex::encode(tree.root()), root);
        }
    }
}
