//! Tells cargo what else the crate is made of; nothing is generated.

#[expect(clippy::disallowed_methods, reason = "a build script has no other way to be told")]
fn main() {
    // `sqlx::migrate!` embeds them.
    println!("cargo::rerun-if-changed=migrations");
    // The tests on a real repository's history exist only where that file does: a run without it does not pretend.
    println!("cargo::rustc-check-cfg=cfg(real_repository)");
    println!("cargo::rerun-if-env-changed=ACCREDIT_REAL_REPOSITORY");
    if std::env::var_os("ACCREDIT_REAL_REPOSITORY").is_some() {
        println!("cargo::rustc-cfg=real_repository");
    }
}
