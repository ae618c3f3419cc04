//! Computes an institution's network scores: every month that is over, as far as what is stored does not hold any more.
//! It must not compute a month again whose contributions, and those of all months before, are the same.

use std::{collections::HashMap, ops::RangeInclusive};

use chrono::{DateTime, Utc};

use super::{Failure, Tools};
use crate::{
    db::{self, InstitutionTx, network_scores},
    model::{
        ids::MemberId,
        job::ScoreNetwork,
        month::Month,
        network::{AccountScores, Ranks, rounded},
    },
    network::{self, Class, Digest, MonthDeeds, Tally},
    scoring,
};

/// One try, in one transaction: a worker that dies leaves nothing.
pub(super) async fn run(tools: &Tools, job: &ScoreNetwork) -> Result<(), String> {
    let work = async {
        let mut tx = tools.db.begin_as(job.institution_id).await?;
        bring_up_to_date(&mut tx, tools.clock.now()).await?;
        Ok(tx.commit().await?)
    };
    match work.await {
        Ok(()) | Err(Failure::TakenOver) => Ok(()),
        Err(Failure::Retry(why) | Failure::Permanent(why) | Failure::Later { why, .. }) => Err(why),
    }
}

/// Stores the scores of every month that is over at `until`. What does not hold any more, because a contribution was added or changed or
/// another repository is tracked, is computed anew from the first such month on; the rest stays.
pub(super) async fn bring_up_to_date(tx: &mut InstitutionTx, until: DateTime<Utc>) -> Result<(), Failure> {
    let gone = || Failure::Permanent("the institution is not there any more".to_owned());
    let zone = db::institutions::get(tx).await?.ok_or_else(gone)?.timezone;
    network_scores::lock(tx).await?;
    let mut tally = Tally::new(zone);
    network_scores::visit_deeds(tx, |deed| tally.add(deed)).await?;
    let (months, digests) = think(move || {
        let months = tally.into_months(Month::over_at(until, zone));
        let digests = chain(&months);
        (months, digests)
    })
    .await?;
    let stored = network_scores::list_months(tx).await?;
    let holds = holding(&stored, &months, &digests);
    let Some(first) = months.get(holds) else {
        // Later months may be stored, and hold; without any month nothing does.
        return if months.is_empty() { Ok(network_scores::remove_from(tx, None).await?) } else { Ok(()) };
    };
    network_scores::remove_from(tx, (holds > 0).then_some(first.month)).await?;
    let mut before = match holds.checked_sub(1) {
        Some(last) => network_scores::get_ranks(tx, months[last].month).await?.unwrap_or_default(),
        None => Ranks::default(),
    };
    for (month, digest) in months.into_iter().zip(digests).skip(holds) {
        let name = month.month;
        let scores = think(move || network::score_month(&before, &month)).await?;
        network_scores::insert(tx, name, &digest, &scores).await?;
        before = scores.ranks;
    }
    Ok(())
}

/// A digest for each month that stands for it and all before it.
fn chain(months: &[MonthDeeds]) -> Vec<Digest> {
    let mut digests: Vec<Digest> = Vec::with_capacity(months.len());
    for month in months {
        digests.push(month.digest(digests.last()));
    }
    digests
}

/// How many of the months, from the first, are stored as they are now.
fn holding(stored: &[network_scores::StoredMonth], months: &[MonthDeeds], digests: &[Digest]) -> usize {
    let pairs = stored.iter().zip(months.iter().zip(digests));
    pairs.take_while(|(stored, (month, digest))| stored.month == month.month && stored.digest == **digest).count()
}

/// Off the threads that answer others: a month of a large network takes a second.
async fn think<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|stopped| Failure::Permanent(format!("the network was not computed: {stopped}")))
}

/// Somebody with an account whom the policy's audience includes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Classmate {
    pub member: MemberId,
    /// A person decided that this member's network score does not count.
    pub is_excluded: bool,
}

/// The scores of these members over the months, and their places in the class: of all of them who are not excluded. Who has done nothing is
/// in the class with 0. An excluded member's place is the one that they alone would have beside the class, and moves nobody's.
pub async fn network_standings(
    tx: &mut InstitutionTx,
    months: &RangeInclusive<Month>,
    members: &[Classmate],
) -> Result<HashMap<MemberId, scoring::Network>, db::Error> {
    if !network_scores::covers(tx, months).await? {
        tracing::info!(institution = %tx.institution(), from = %months.start(), to = %months.end(), "months that are not over have no network scores yet");
    }
    let excluded: Vec<String> = members.iter().filter(|one| one.is_excluded).map(|one| one.member.to_string()).collect();
    if !excluded.is_empty() {
        tracing::info!(institution = %tx.institution(), members = excluded.join(", "), "excluded from the class of the network scores by a person's statement");
    }
    let scores = network_scores::list(tx, months).await?;
    let of = |one: &Classmate| scores.get(&one.member).copied().unwrap_or_default();
    let class =
        |value: fn(&AccountScores) -> u64| Class::new(members.iter().filter(|one| !one.is_excluded).map(|one| rounded(value(&of(one)))));
    let (openrank, activity) = (class(|both| both.openrank), class(|both| both.activity));
    let standing = |class: &Class, is_excluded: bool, billionths: u64| {
        let value = rounded(billionths);
        let place = if is_excluded { class.place_of_outsider(value) } else { class.place(value) };
        scoring::Standing { value, below: place.below, equal: place.equal, class: place.class }
    };
    let of_member = |one: &Classmate| scoring::Network {
        openrank: standing(&openrank, one.is_excluded, of(one).openrank),
        activity: standing(&activity, one.is_excluded, of(one).activity),
    };
    Ok(members.iter().map(|one| (one.member, of_member(one))).collect())
}
