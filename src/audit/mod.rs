//! The log as a third party sees it: whether its entries hang together, and whether they are those that a checkpoint was signed for.
//! It must not read a log from anywhere, nor make an entry: values in, a verdict out.

mod checkpoint;
mod export;
mod tree;
mod verify;

pub use checkpoint::{Checkpoint, Note, SigningKey, Unreadable, VerifierKey};
pub use export::{read_line, write_line};
pub use verify::{Bad, Verified, Verifier, Why};

#[cfg(test)]
mod tests;
