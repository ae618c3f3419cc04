//! P5, Masaryk, RCOS and ECTS: 50 hours in an approved project pass, fewer fail.

use accredit::model::{ids::RepositoryId, policy::Days, statement::About};

use crate::support::desk::{Desk, at, book, points, time_log};

fn desk() -> (Desk, RepositoryId) {
    let mut desk = Desk::under(book("ects-hours.toml"));
    let project = desk.repository("lantern-db/lantern", "project");
    (desk, project)
}

fn log(desk: &mut Desk, project: RepositoryId, hours: &[(&str, &str)]) {
    for (hours, day) in hours {
        desk.state(time_log(hours, Some(About::Repository(project)), day));
    }
}

const SIX_DAYS: [(&str, &str); 6] =
    [("8", "2025-10-01"), ("8", "2025-10-08"), ("8", "2025-10-15"), ("8", "2025-10-22"), ("8", "2025-10-29"), ("8", "2025-11-05")];

#[test]
fn fifty_hours_pass() {
    let (mut desk, project) = desk();
    log(&mut desk, project, &SIX_DAYS);
    log(&mut desk, project, &[("1.5", "2025-11-12"), ("0.5", "2025-11-13")]);
    let expected = [
        "time_log 1: 8",
        "time_log 2: 8",
        "time_log 3: 8",
        "time_log 4: 8",
        "time_log 5: 8",
        "time_log 6: 8",
        "time_log 7: 1.5",
        "time_log 8: 0.5",
    ];
    assert_eq!(desk.told(), expected);
    // 6 × 8 + 1.5 + 0.5 = 50, at 25 a credit.
    assert_eq!((desk.points(), &*desk.credits()), (points("50"), "2"));
}

#[test]
fn forty_nine_hours_fail() {
    let (mut desk, project) = desk();
    log(&mut desk, project, &SIX_DAYS);
    log(&mut desk, project, &[("1", "2025-11-12")]);
    // 49 / 25 = 1.96: one whole credit, and fewer than two are none.
    assert_eq!((desk.points(), &*desk.credits()), (points("49"), "0"));
}

#[test]
fn a_day_has_eight_hours_and_the_term_two_credits() {
    let (mut desk, project) = desk();
    log(&mut desk, project, &SIX_DAYS);
    log(&mut desk, project, &[("5", "2025-11-12"), ("5", "2025-11-12")]);
    log(&mut desk, project, &[("8", "2025-11-13"), ("8", "2025-11-14"), ("8", "2025-11-15"), ("8", "2025-11-16")]);
    // The second five of 12 November: 8 - 5 = 3 are left of that day.
    assert!(desk.told().contains(&"time_log 8: 5, of that 3 (cap_day)".to_owned()), "{:?}", desk.told());
    // 48 + 8 + 32 = 88 hours are three whole credits, of which two count.
    assert_eq!((desk.points(), &*desk.credits()), (points("88"), "2"));
}

#[test]
fn the_project_must_be_registered_in_time_and_have_an_approved_licence() {
    let (mut desk, _) = desk();
    let late = desk.repository("kite-lang/kite", "project");
    // The first second after 15 October in Shanghai.
    desk.about_repository(late).registered_at = at("2025-10-15T16:00:00Z");
    let in_time = desk.repository("paper-boats/press", "project");
    desk.about_repository(in_time).registered_at = at("2025-10-15T15:59:59Z");
    let strange = desk.repository("old-mill/wheel", "project");
    desk.about_repository(strange).license = None;
    for project in [late, in_time, strange] {
        log(&mut desk, project, &[("8", "2025-11-12")]);
    }
    assert_eq!(desk.told(), ["time_log 1: nothing (registered_late)", "time_log 2: 8", "time_log 3: nothing (licence)"]);
    assert_eq!(desk.credits(), "0");
}

#[test]
fn it_is_recorded_as_passed_and_can_be_appealed_for_a_week() {
    let decision = book("ects-hours.toml").decision;
    assert_eq!(decision.recorded_as.as_deref(), Some("pass"));
    assert_eq!((decision.appeal_days, decision.appeal_days_are), (Some(7), Days::Calendar));
}
