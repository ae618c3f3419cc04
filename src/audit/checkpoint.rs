//! Checkpoints: what an institution signs of its log, to be handed over (C2SP tlog-checkpoint, as a C2SP signed note with Ed25519).
//! It must not say that a note holds whose signature was not checked.

use std::{fmt, str::FromStr};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use ed25519_dalek::{Signature, Signer as _, VerifyingKey};
use sha2::{Digest as _, Sha256};

use crate::model::audit::{HASH, Hash};

/// Ed25519, among the kinds of signatures of a note.
const ED25519: u8 = 1;
const DASH: char = '\u{2014}';

/// How many entries a log had, and the root of the tree over them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose log: the name of the key that signs, too.
    pub origin: String,
    pub size: u64,
    pub root: Hash,
}

/// Why a text is no checkpoint, or no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(&'static str);

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, BASE64_STANDARD.encode(self.root))
    }
}

impl FromStr for Checkpoint {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        const WHY: Unreadable =
            Unreadable("a checkpoint has three lines: whose log, how many entries, and the root of their tree in base64");
        let mut lines = text.lines();
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else { return Err(WHY) };
        let number: u64 = size.parse().map_err(|_| WHY)?;
        let root = BASE64_STANDARD.decode(root).ok().and_then(|root| Hash::try_from(root).ok()).ok_or(WHY)?;
        let checkpoint = Self { origin: origin.to_owned(), size: number, root };
        // Another way to write the same, or a line more, would be another text than the one that is signed.
        if origin.is_empty() || checkpoint.to_string() != text { Err(WHY) } else { Ok(checkpoint) }
    }
}

/// A text with its signatures, none of which has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    /// The name, and the key's id with the signature.
    signatures: Vec<(String, Vec<u8>)>,
}

impl FromStr for Note {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let unsigned = Unreadable("a signed note is a text, an empty line, and lines that begin with a dash: is the end missing?");
        let (text, signed) = text.rsplit_once("\n\n").ok_or_else(|| unsigned.clone())?;
        let signature = |line: &str| {
            let (name, encoded) = line.strip_prefix(DASH)?.strip_prefix(' ')?.split_once(' ')?;
            Some((name.to_owned(), BASE64_STANDARD.decode(encoded).ok()?))
        };
        let signatures: Option<Vec<_>> = signed.lines().map(signature).collect();
        let signatures = signatures.filter(|all| !all.is_empty() && signed.ends_with('\n')).ok_or(unsigned)?;
        Ok(Self { text: format!("{text}\n"), signatures })
    }
}

impl Note {
    /// The checkpoint, where one of these keys signed it under the name of the log.
    pub fn open(&self, keys: &[VerifierKey]) -> Result<Checkpoint, Unreadable> {
        let checkpoint: Checkpoint = self.text.parse()?;
        let of_log = keys.iter().filter(|key| key.name == checkpoint.origin);
        let mut signed = false;
        for key in of_log {
            for (name, signature) in &self.signatures {
                if *name == key.name && signature.get(..4) == Some(&key.id()[..]) {
                    let signature = Signature::from_slice(&signature[4..]).map_err(|_| WRONG)?;
                    key.key.verify_strict(self.text.as_bytes(), &signature).map_err(|_| WRONG)?;
                    signed = true;
                }
            }
        }
        if signed { Ok(checkpoint) } else { Err(Unreadable("no key of this log signed this checkpoint: is it another institution's?")) }
    }
}

const WRONG: Unreadable = Unreadable("the signature does not fit: the checkpoint was changed");

/// What checks the signatures of one key. Written `name+id+key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key: VerifyingKey,
}

impl VerifierKey {
    pub fn new(name: &str, key: &[u8]) -> Result<Self, Unreadable> {
        const WHY: Unreadable = Unreadable("a public key has 32 bytes that are a point of Ed25519");
        let key = <[u8; HASH]>::try_from(key).map_err(|_| WHY)?;
        Ok(Self { name: name.to_owned(), key: VerifyingKey::from_bytes(&key).map_err(|_| WHY)? })
    }

    fn id(&self) -> [u8; 4] {
        let hash = Sha256::new().chain_update(&self.name).chain_update([b'\n', ED25519]).chain_update(self.key.as_bytes()).finalize();
        [hash[0], hash[1], hash[2], hash[3]]
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key: Vec<u8> = std::iter::once(ED25519).chain(*self.key.as_bytes()).collect();
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id()), BASE64_STANDARD.encode(key))
    }
}

impl FromStr for VerifierKey {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        const WHY: Unreadable = Unreadable("a key to check with is written name+id+key, as `accredit audit key` shows it");
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(_), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else { return Err(WHY) };
        let bytes = BASE64_STANDARD.decode(encoded).map_err(|_| WHY)?;
        let key = match bytes.split_first() {
            Some((&ED25519, key)) => Self::new(name, key)?,
            _ => return Err(WHY),
        };
        if key.to_string() == text { Ok(key) } else { Err(WHY) }
    }
}

/// What signs in the name of a log. It does not show itself.
pub struct SigningKey {
    name: String,
    key: ed25519_dalek::SigningKey,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.name)
    }
}

impl SigningKey {
    /// From 32 bytes of the system's random numbers.
    pub fn new(name: &str, seed: &[u8; HASH]) -> Self {
        Self { name: name.to_owned(), key: ed25519_dalek::SigningKey::from_bytes(seed) }
    }

    pub fn verifier(&self) -> VerifierKey {
        VerifierKey { name: self.name.clone(), key: self.key.verifying_key() }
    }

    pub fn public_key(&self) -> [u8; HASH] {
        self.key.verifying_key().to_bytes()
    }

    /// The checkpoint as a signed note.
    pub fn sign(&self, size: u64, root: Hash) -> String {
        let text = Checkpoint { origin: self.name.clone(), size, root }.to_string();
        let mut signed = self.verifier().id().to_vec();
        signed.extend(self.key.sign(text.as_bytes()).to_bytes());
        format!("{text}\n{DASH} {} {}\n", self.name, BASE64_STANDARD.encode(signed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> SigningKey {
        SigningKey::new("accredit/x", &[seed; HASH])
    }

    #[test]
    fn a_checkpoint_is_a_signed_note_of_three_lines() {
        let note = key(1).sign(7, [0xfb; HASH]);
        let lines: Vec<&str> = note.lines().collect();
        assert_eq!(lines[..4], ["accredit/x", "7", "+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=", ""]);
        assert!(lines[4].starts_with("\u{2014} accredit/x ") && lines.len() == 5 && note.ends_with('\n'), "{note}");
        let opened = note.parse::<Note>().unwrap().open(&[key(2).verifier(), key(1).verifier()]).unwrap();
        assert_eq!(opened, Checkpoint { origin: "accredit/x".into(), size: 7, root: [0xfb; HASH] });
    }

    #[test]
    fn the_notes_of_the_specification_are_read_and_its_key_opens_its_own() {
        // The example of C2SP's tlog-checkpoint.
        let note = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u{2014} example.com/behind-the-sofa \
                    Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
        let note: Note = note.parse().unwrap();
        assert_eq!(note.text.parse::<Checkpoint>().unwrap().size, 20_852_163);
        assert_eq!(note.signatures[0].1.len(), 68);
        // The vector of Go's package sumdb/note.
        let go: VerifierKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".parse().unwrap();
        let text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
        let signed = format!(
            "{text}\n\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
        );
        let signed: Note = signed.parse().unwrap();
        let signature = Signature::from_slice(&signed.signatures[0].1[4..]).unwrap();
        assert_eq!(signed.signatures[0].1[..4], go.id());
        go.key.verify_strict(text.as_bytes(), &signature).unwrap();
    }

    #[test]
    fn what_was_changed_or_signed_by_another_is_refused() {
        let note = key(1).sign(7, [0xfb; HASH]);
        let open = |text: &str, key: &SigningKey| text.parse::<Note>().and_then(|note| note.open(&[key.verifier()]));
        assert!(open(&note, &key(2)).is_err());
        assert!(open(&note, &SigningKey::new("accredit/y", &[1; HASH])).is_err());
        for (from, to) in [
            ("\n7\n", "\n8\n"),
            ("\n7\n", "\n07\n"),
            ("\n7\n", "\n7\n\n"),
            ("accredit/x\n", "accredit/z\n"),
            ("fb", "fc"),
            ("s=\n", "s=\nmore\n"),
        ] {
            let changed = note.replacen(from, to, 1);
            assert!(changed == note || open(&changed, &key(1)).is_err(), "{changed}");
        }
        for cut in 0..note.len() {
            assert!(note.get(..cut).is_none_or(|cut| open(cut, &key(1)).is_err()), "{cut}");
        }
    }

    #[test]
    fn a_verifier_key_reads_back_and_a_signing_key_does_not_show_itself() {
        let written = key(1).verifier().to_string();
        assert_eq!(written.parse::<VerifierKey>().unwrap(), key(1).verifier());
        assert!(written.replace('+', "-").parse::<VerifierKey>().is_err());
        assert_eq!(format!("{:?}", key(1)), "SigningKey(accredit/x)");
    }
}
