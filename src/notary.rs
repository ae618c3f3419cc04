//! Reads an institution's log for `audit/` to judge, and signs checkpoints of it: what both doors need of the two rooms together.
//! It must not sign a log that does not hold, nor let a key leave open.

use rand::TryRng as _;

use crate::{
    audit::{Bad, Checkpoint, SigningKey, Unreadable, Verified, Verifier, VerifierKey, Why},
    db::{
        self, Db, InstitutionTx,
        audit::{self, StoredDetails},
        audit_keys::{self, StoredKey},
    },
    model::{
        actor::Actor,
        audit::{Entry, HASH, commitment},
        ids::InstitutionId,
        sealing::{self, NONCE, SealingKey},
    },
};
use chrono::{DateTime, Utc};

/// How many entries are read at a time.
const PAGE: u16 = 10_000;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Database(#[from] db::Error),
    #[error(transparent)]
    Bad(#[from] Bad),
    #[error(transparent)]
    Sealing(#[from] sealing::Error),
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error("the system has no random numbers: {0}")]
    Random(String),
}

/// What an institution's log is called, by its checkpoints and by the keys that sign them.
pub fn name(institution: InstitutionId) -> String {
    format!("accredit/{institution}")
}

fn purpose(institution: InstitutionId) -> String {
    format!("signing key of the log of {institution}")
}

/// Goes through the whole log, and shows each entry that holds. What still stands apart from an entry must be what it was written with.
pub async fn verify(tx: &mut InstitutionTx, checkpoints: Vec<Checkpoint>, mut show: impl FnMut(&Entry)) -> Result<Verified, Error> {
    let mut verifier = Verifier::new(checkpoints);
    let mut last = i64::MIN;
    loop {
        let mut page = audit::list(tx, last, PAGE).await?;
        let is_last = page.len() <= usize::from(PAGE);
        page.truncate(usize::from(PAGE));
        let (Some(first), Some(end)) = (page.first(), page.last()) else { break };
        let mut details = audit::list_details(tx, first.sequence, end.sequence).await?;
        last = end.sequence;
        for entry in &page {
            let committed = verifier.push(entry)?;
            if details.remove(&entry.sequence).is_some_and(|kept| committed != Some(hash(&kept))) {
                return Err(Bad { sequence: entry.sequence, why: Why::Details }.into());
            }
            show(entry);
        }
        if is_last {
            break;
        }
    }
    Ok(verifier.finish()?)
}

fn hash(kept: &StoredDetails) -> String {
    hex::encode(commitment(&kept.salt, &kept.said))
}

/// The keys that checkpoints of this log may be signed with, the newest first.
pub async fn list_keys(tx: &mut InstitutionTx) -> Result<Vec<VerifierKey>, Error> {
    let name = name(tx.institution());
    let stored = audit_keys::list(tx).await?;
    Ok(stored.iter().map(|key| VerifierKey::new(&name, &key.public_key)).collect::<Result<_, _>>()?)
}

/// Makes a key, which signs from now on. What earlier ones signed still holds.
pub async fn make_key(tx: &mut InstitutionTx, sealing: Option<&SealingKey>, by: &Actor, now: DateTime<Utc>) -> Result<SigningKey, Error> {
    let sealing = sealing.ok_or(sealing::Error::NoKey)?;
    let institution = tx.institution();
    let (seed, nonce) = (random::<HASH>()?, random::<NONCE>()?);
    let key = SigningKey::new(&name(institution), &seed);
    let sealed = sealing.seal(&seed, &purpose(institution), nonce)?;
    audit_keys::insert(tx, &StoredKey { public_key: key.public_key(), sealed, created_at: now }, by).await?;
    Ok(key)
}

fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    rand::rngs::SysRng.try_fill_bytes(&mut bytes).map_err(|why| Error::Random(why.to_string()))?;
    Ok(bytes)
}

/// The key that signs; it is made where there is none yet.
async fn signing_key(db: &Db, institution: InstitutionId, sealing: Option<&SealingKey>, now: DateTime<Utc>) -> Result<SigningKey, Error> {
    let sealing = sealing.ok_or(sealing::Error::NoKey)?;
    let mut tx = db.begin_as(institution).await?;
    audit_keys::lock(&mut tx).await?;
    let key = match audit_keys::list(&mut tx).await?.first() {
        None => make_key(&mut tx, Some(sealing), &Actor::Program, now).await?,
        Some(stored) => {
            let seed = sealing.open(&stored.sealed, &purpose(institution))?;
            let seed: [u8; HASH] = seed.try_into().map_err(|_| sealing::Error::Closed)?;
            SigningKey::new(&name(institution), &seed)
        }
    };
    tx.commit().await?;
    Ok(key)
}

/// A signed checkpoint of the log as it is now. The whole log is verified for it.
pub async fn checkpoint(db: &Db, institution: InstitutionId, sealing: Option<&SealingKey>, now: DateTime<Utc>) -> Result<String, Error> {
    let key = signing_key(db, institution, sealing, now).await?;
    let mut tx = db.begin_as_of_now(institution).await?;
    let Verified { size, root, .. } = verify(&mut tx, Vec::new(), |_| {}).await?;
    tx.commit().await?;
    Ok(key.sign(size, root))
}
