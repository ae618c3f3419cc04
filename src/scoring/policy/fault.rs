//! What is wrong with a policy's text: where, which key, what, and what to write.
//! It must not hold a fault back: whoever writes a policy sees all of them at once.

use std::fmt;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Counted from 1.
    pub line: usize,
    /// The path of the key, such as `rules[2].size[1].from`, counted from 1; empty for the text as a whole.
    pub key: String,
    /// What is wrong, and what to write.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key.as_str() {
            "" => write!(f, "{}: {}", self.line, self.message),
            key => write!(f, "{}: {key}: {}", self.line, self.message),
        }
    }
}

/// Everything that is wrong, by line. Prints as one line each: `file:line: key: what`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Errors {
    pub file: String,
    pub faults: Vec<Fault>,
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().enumerate() {
            let separator = if index > 0 { "\n" } else { "" };
            write!(f, "{separator}{}:{fault}", self.file)?;
        }
        Ok(())
    }
}
