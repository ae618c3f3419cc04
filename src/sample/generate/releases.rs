//! Releases, one about every five weeks, one of them a candidate and the last a draft.
//! It must not publish the draft.

use chrono::TimeDelta;

use super::{Scene, dice::Dice};
use crate::sample::world::{Release, Repository};

pub(super) fn write(repository: &mut Repository, scene: &Scene<'_>, dice: &mut Dice) {
    let mut at = scene.calendar.from - TimeDelta::days(40);
    let end = scene.calendar.now.min(scene.calendar.until + TimeDelta::days(20));
    for minor in 1.. {
        at += TimeDelta::days(dice.between(28, 42));
        if at > end {
            break;
        }
        let is_prerelease = minor == 2;
        let tag = if is_prerelease { format!("v0.{minor}.0-rc.1") } else { format!("v0.{minor}.0") };
        let author = match dice.below(6) {
            0 => None,
            1 => scene.cast.student_of(scene.nth).or_else(|| scene.cast.student(dice)),
            _ => dice.pick(&scene.cast.maintainers).copied(),
        };
        repository.releases.push(Release {
            id: repository.next_release_id(),
            name: (!is_prerelease).then(|| format!("Release {minor}")),
            tag,
            author,
            is_draft: false,
            is_prerelease,
            created_at: at,
            updated_at: at,
            published_at: Some(at),
        });
    }
    if let Some(last) = repository.releases.last_mut() {
        (last.is_draft, last.published_at) = (true, None);
    }
}
