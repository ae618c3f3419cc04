//! A number and how it came about: as the shell prints it, and worked out again from a bundle without a database.

use accredit::{
    db,
    model::{contribution::Kind, points::Points},
    sample,
    scoring::Bundle,
};
use chrono::{DateTime, TimeDelta, Utc};
use rstest::rstest;
use sqlx::Executor as _;

use crate::support::{
    University,
    program::{Ran, run},
};

const POLICY: &str = include_str!("../../seeds/policies/practice.toml");

/// A scored term of two students, who worked in one repository of two.
struct Scored {
    university: University,
    url: String,
    dir: tempfile::TempDir,
}

impl Scored {
    async fn new() -> Self {
        let now: DateTime<Utc> = "2026-02-10T00:00:00Z".parse().unwrap();
        let recipe = sample::Recipe {
            seed: 7,
            now,
            from: now - TimeDelta::days(160),
            until: now - TimeDelta::days(20),
            students: vec!["lin".to_owned(), "ann".to_owned()],
            repositories: vec!["tidewater/tidemark".parse().unwrap()],
            pull_requests: 40,
            reviews: 80,
        };
        let server = sample::Server::start(sample::generate(&recipe)).await.unwrap();
        let university = University::new(&server, now).await;
        university.enrol(["lin", "ann"]).await;
        let repository = university.track("tidewater/tidemark", "community", &[]).await;
        university.track("tidewater/elsewhere", "community", &[]).await;
        university.sync(repository).await;
        let term = university.add_term("t", "2025-09-01", "2026-01-31").await;
        let policy = university.adopt(POLICY).await;
        university.evaluate(term, policy).await;
        let url = university.database.url();
        Self { university, url, dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }

    /// Explains the first student, and writes the bundle.
    fn explain(&self, more: &[&str]) -> Ran {
        let bundle = self.path("bundle.json");
        let arguments = [&["score", "--term", "t", "--member", "0000000000", "--explain", "--bundle", &bundle][..], more].concat();
        run(&[("DATABASE_URL", &self.url)], &arguments)
    }

    /// Without a database, and with settings that no other command would take.
    fn offline(&self, more: &[&str]) -> Ran {
        let bundle = self.path("bundle.json");
        run(&[("ACCREDIT__DATABASE__ULR", "x")], &[&["score", "--explain", &bundle][..], more].concat())
    }

    fn bundle(&self) -> Bundle {
        Bundle::read(&std::fs::read_to_string(self.path("bundle.json")).unwrap()).unwrap()
    }

    fn write(&self, bundle: &Bundle) {
        std::fs::write(self.path("bundle.json"), serde_json::to_string(bundle).unwrap()).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_worked_out_again_from_its_bundle_alone() {
    let scored = Scored::new().await;
    let told = scored.explain(&[]).ok();
    let bundle = scored.bundle();
    let sum: Points = bundle.found.sheet.lines.iter().map(|line| line.points).sum();
    assert!(sum > Points::ZERO && sum == bundle.found.sheet.points);
    assert!(told.out.contains(&format!("total: {sum} points")), "{told:?}");
    for address in bundle.addresses.values() {
        assert!(told.out.contains(&address.url), "{}", address.url);
    }
    assert_eq!(bundle.addresses.len(), bundle.contributions.len(), "each line leads to its evidence");
    assert_eq!(bundle.context.repositories.len(), 1, "of what the member has nothing to do with nothing is told");
    assert!(bundle.contributions.iter().all(|contribution| bundle.subject.accounts.did(contribution)));

    let again = scored.offline(&[]).ok();
    let (lines, verdict) = again.out.trim_end().rsplit_once('\n').unwrap();
    assert_eq!(lines, told.out.trim_end(), "the same lines and the same total");
    assert!(verdict.contains("the same number again"), "{verdict}");
    let chinese = scored.offline(&["--lang", "zh"]).ok();
    assert!(chinese.out.contains("结果相同") && chinese.out.contains(&format!("合计：{sum} 分")), "{chinese:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_fact_or_another_policy_gives_another_number_and_says_so() {
    let scored = Scored::new().await;
    scored.explain(&[]).ok();
    let right = scored.bundle();
    let paid = right.found.sheet.lines.iter().find(|line| line.points > Points::ZERO && line.key().unwrap().kind == Kind::PullRequest);
    let key = paid.unwrap().key().unwrap();

    let mut other = right.clone();
    other.contributions.iter_mut().find(|contribution| contribution.key == *key).unwrap().confirmed_by.clear();
    scored.write(&other);
    let told = scored.offline(&[]).failed("give another number than the bundle says");
    assert!(told.err.contains(&format!("not {} and", right.found.sheet.points)) && told.err.contains("differ"), "{told:?}");
    scored.offline(&["--lang", "zh"]).failed("结果与文件所载不同");

    scored.write(&right);
    scored.offline(&[]).ok();
    let policy = scored.path("other.toml");
    std::fs::write(&policy, POLICY.replace("points = 10\n", "points = 11\n")).unwrap();
    let told = scored.offline(&["--policy", &policy]).failed("give another number");
    assert!(told.err.contains("another policy than the one in the bundle"), "{told:?}");
    std::fs::write(&policy, POLICY).unwrap();
    scored.offline(&["--policy", &policy]).ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_its_facts_do_not_lead_to_any_more_gets_no_bundle() {
    let scored = Scored::new().await;
    scored.university.database.owner().await.execute("update contributions set effective_lines = 0").await.unwrap();
    scored.explain(&[]).failed("has changed this score");
    assert!(!std::path::Path::new(&scored.path("bundle.json")).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn explaining_scores_nobody_and_follows_the_report() {
    let scored = Scored::new().await;
    let trial = scored.university.adopt(&POLICY.replace("version = \"2025.2\"", "version = \"trial\"")).await;
    scored.university.add_term("u", "2025-02-01", "2025-08-31").await;
    let count = async || {
        let mut owner = scored.university.database.owner().await;
        sqlx::query_scalar::<_, i64>("select count(*) from evaluations").fetch_one(&mut owner).await.unwrap()
    };
    let of = |term: &str, more: &[&str]| {
        let arguments = [&["score", "--term", term, "--member", "0000000000", "--explain"][..], more].concat();
        run(&[("DATABASE_URL", &scored.url)], &arguments)
    };
    of("u", &[]).failed("accredit score --term u");
    of("t", &["--policy", "Open-source practice@trial"]).failed("accredit score --term t --policy 'Open-source practice@trial'");
    assert_eq!(count().await, 1);

    let shown = of("t", &[]).ok();
    let now = scored.university.clock.now() + TimeDelta::seconds(1);
    scored.university.clock.set(now);
    let term = db::terms::get_by_code(&mut scored.university.begin().await, "t").await.unwrap().unwrap().id;
    scored.university.evaluate(term, trial).await;
    let adopt = ["policy", "adopt", "Open-source practice@2025.2", "--term", "t", "--from", "2025-09-01"];
    run(&[("DATABASE_URL", &scored.url)], &adopt).ok();
    assert_eq!(of("t", &[]).ok().err, shown.err, "as of the scoring under the policy in force");
    assert!(of("t", &["--policy", "Open-source practice@trial"]).ok().err.contains(&now.to_rfc3339()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_asks_for_what_was_not_collected_gives_no_number() {
    let scored = Scored::new().await;
    scored.explain(&[]).ok();
    let policy = scored.path("other.toml");
    for (more, told) in
        [("years = 3\n", "the work of the same years"), ("repositories.outside_contributors = 1\n", "how many people from outside")]
    {
        std::fs::write(&policy, POLICY.replacen("name = ", &format!("{more}name = "), 1)).unwrap();
        let ran = scored.offline(&["--policy", &policy]).failed(told);
        assert!(ran.out.is_empty() && ran.err.contains("accredit score --term t --policy"), "{ran:?}");
    }
    scored.offline(&["--policy", &policy, "--lang", "zh"]).failed("校外贡献者人数");
}

#[rstest]
#[case::no_json("points: 7", "this is no bundle")]
#[case::another_file("{\"points\": \"7\"}", "accredit_bundle")]
#[case::of_the_future("{\"accredit_bundle\": 2}", "form 2")]
#[case::half("{\"accredit_bundle\": 1, \"found\": {}}", "number")]
fn a_file_that_is_no_bundle_is_refused_with_what_is_wrong(#[case] text: &str, #[case] told: &str) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("bundle.json");
    std::fs::write(&file, text).unwrap();
    run(&[], &["score", "--explain", file.to_str().unwrap()]).failed(told);
}

#[rstest]
#[case::whose(&["score", "--term", "t", "--explain"])]
#[case::of_which_term(&["score", "--member", "1", "--explain"])]
#[case::both(&["score", "--term", "t", "--member", "1", "--explain", "bundle.json"])]
#[case::without_explaining(&["score", "--term", "t", "--member", "1"])]
#[case::in_no_language(&["score", "--explain", "bundle.json", "--lang", "la"])]
#[case::for_a_script(&["score", "--term", "t", "--member", "1", "--explain", "--json"])]
fn what_cannot_be_explained_is_wrong_usage(#[case] arguments: &[&str]) {
    let ran = run(&[], arguments);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{ran:?}");
}

#[test]
fn a_policy_is_explained_in_both_languages_without_settings() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/seeds/policies/practice.toml");
    let explain = |more: &[&str]| run(&[("ACCREDIT__DATABASE__ULR", "x")], &[&["policy", "explain", file][..], more].concat()).ok().out;
    assert!(explain(&[]).contains("- merged: pull requests\n    - it was merged\n"));
    assert!(explain(&["--lang", "zh"]).contains("- merged：拉取请求\n    - 已合并\n"));
    run(&[], &["policy", "explain", "/nowhere.toml"]).failed("/nowhere.toml");
}
