//! The tree over the entries (RFC 6962 2.1, SHA-256), kept so that another leaf costs as many hashes as the tree has levels.
//!
//! An entry keeps, with its leaf, the nodes that it completes: so nothing that was written is ever written again, and a proof
//! reads one entry a level.

use crate::crypto::{Sha256Hash, sha256};

/// The most levels of a tree: more entries than that have no number.
const MAX_LEVELS: u32 = 63;

/// The hash of a leaf.
pub fn leaf(parts: &[&[u8]]) -> Sha256Hash {
    let mut all: Vec<&[u8]> = vec![&[0]];
    all.extend(parts);
    sha256(&all)
}

fn node(left: &Sha256Hash, right: &Sha256Hash) -> Sha256Hash {
    sha256(&[&[1], left, right])
}

/// The roots of the whole subtrees of a log, the largest first: all that another leaf needs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    roots: Vec<Sha256Hash>,
}

impl Frontier {
    /// How many leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// A frontier from the roots of its subtrees; `None` if their number is not that of the size.
    pub fn from_roots(size: u64, roots: Vec<Sha256Hash>) -> Option<Self> {
        (usize::try_from(size.count_ones()) == Ok(roots.len())).then_some(Self { size, roots })
    }

    /// Another leaf: the nodes that it completes, from the lowest level up.
    pub fn push(&mut self, leaf: Sha256Hash) -> Vec<Sha256Hash> {
        let mut nodes = Vec::new();
        let mut top = leaf;
        for _ in 0..self.size.trailing_ones().min(MAX_LEVELS) {
            let Some(left) = self.roots.pop() else { break };
            top = node(&left, &top);
            nodes.push(top);
        }
        self.roots.push(top);
        self.size = self.size.saturating_add(1);
        nodes
    }

    /// The root of the tree; that of no leaf is the hash of nothing.
    pub fn root(&self) -> Sha256Hash {
        let mut roots = self.roots.iter().rev();
        let Some(last) = roots.next() else { return sha256(&[]) };
        roots.fold(*last, |right, left| node(left, &right))
    }
}

/// A whole subtree: its level, and the number of leaves up to its end. Its root is with the entry of that number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subtree {
    /// 0 is a leaf.
    pub level: u32,
    /// The number of the last of its entries, from 1.
    pub last: u64,
}

/// The whole subtrees of a log of a size, the largest first.
pub fn subtrees(size: u64) -> Vec<Subtree> {
    range(0, size)
}

/// The whole subtrees of the leaves from `first` (from 0) up to `end`, where `first` is the begin of one at least so large.
fn range(first: u64, end: u64) -> Vec<Subtree> {
    let mut at = first;
    let mut found = Vec::new();
    while at < end {
        let level = (end - at).ilog2();
        at += 1 << level;
        found.push(Subtree { level, last: at });
    }
    found
}

/// The path of a proof that entry `index` (from 0) is in the tree of a size: each step is the subtrees whose roots make the
/// node beside the way up (RFC 6962 2.1.1). `None` if it is not in it.
pub fn path(index: u64, size: u64) -> Option<Vec<Vec<Subtree>>> {
    let mut steps = Vec::new();
    let (mut first, mut end) = (0, size);
    if index >= size {
        return None;
    }
    while end - first > 1 {
        // The largest power of two below the number of leaves.
        let half = first + (1 << (end - first - 1).ilog2());
        if index < half {
            steps.push(range(half, end));
            end = half;
        } else {
            steps.push(range(first, half));
            first = half;
        }
    }
    steps.reverse();
    Some(steps)
}

/// The root of subtrees that follow each other, the largest first.
pub fn join(roots: &[Sha256Hash]) -> Option<Sha256Hash> {
    let mut roots = roots.iter().rev();
    let last = roots.next()?;
    Some(roots.fold(*last, |right, left| node(left, &right)))
}

/// The root that a leaf and its path make (RFC 9162 2.1.3.2); `None` for a path of another length.
pub fn root_of(leaf: Sha256Hash, index: u64, size: u64, path: &[Sha256Hash]) -> Option<Sha256Hash> {
    if index >= size {
        return None;
    }
    let (mut at, mut last, mut root) = (index, size - 1, leaf);
    for beside in path {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            root = node(beside, &root);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            root = node(&root, beside);
        }
        at >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The leaves and roots of the reference implementation's tests (certificate-transparency, merkle_tree_test.cc).
    const LEAVES: [&str; 8] =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    const ROOTS: [&str; 9] = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    fn tree(size: usize) -> (Frontier, Vec<Vec<Sha256Hash>>) {
        let mut frontier = Frontier::default();
        let mut rows = Vec::new();
        for text in LEAVES.iter().cycle().take(size) {
            let leaf = leaf(&[&hex::decode(text).unwrap()]);
            let mut row = vec![leaf];
            row.extend(frontier.push(leaf));
            rows.push(row);
        }
        (frontier, rows)
    }

    #[test]
    fn roots_are_those_of_the_reference_implementation() {
        for (size, root) in ROOTS.iter().enumerate() {
            assert_eq!(hex::encode(tree(size).0.root()), *root, "{size}");
        }
    }

    #[test]
    fn the_published_proofs_come_out() {
        // Paths of the same tests: leaf (from 1), size, path.
        let known: [(u64, u64, &[&str]); 2] = [
            (
                1,
                8,
                &[
                    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
                ],
            ),
            (
                2,
                5,
                &[
                    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                ],
            ),
        ];
        for (number, size, wanted) in known {
            assert_eq!(proof(number - 1, size).iter().map(hex::encode).collect::<Vec<_>>(), wanted);
        }
    }

    fn proof(index: u64, size: u64) -> Vec<Sha256Hash> {
        let rows = tree(usize::try_from(size).unwrap()).1;
        let at = |part: &Subtree| rows[usize::try_from(part.last).unwrap() - 1][usize::try_from(part.level).unwrap()];
        path(index, size).unwrap().iter().map(|step| join(&step.iter().map(at).collect::<Vec<_>>()).unwrap()).collect()
    }

    #[test]
    fn every_leaf_of_every_small_tree_is_proved_and_no_other() {
        for size in 1..=40 {
            let (frontier, rows) = tree(usize::try_from(size).unwrap());
            let at =
                |part: &Subtree| rows[usize::try_from(part.last).unwrap() - 1][usize::try_from(part.level).unwrap()];
            let again = Frontier::from_roots(size, subtrees(size).iter().map(at).collect());
            assert_eq!(again, Some(frontier.clone()), "{size}");
            for index in 0..size {
                let leaf = rows[usize::try_from(index).unwrap()][0];
                let path = proof(index, size);
                assert_eq!(root_of(leaf, index, size, &path), Some(frontier.root()), "{index} of {size}");
                assert_ne!(root_of(leaf, index + 1, size, &path), Some(frontier.root()));
                assert_ne!(root_of([9; 32], index, size, &path), Some(frontier.root()));
                let long = [&path[..], &[[0; 32]]].concat();
                assert_eq!(root_of(leaf, index, size, &long), None);
                if !path.is_empty() {
                    assert_ne!(root_of(leaf, index, size, &path[1..]), Some(frontier.root()));
                }
            }
            assert_eq!(path(size, size), None);
        }
    }
}
