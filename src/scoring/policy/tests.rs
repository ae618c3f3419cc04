use rstest::rstest;

use super::*;

const PRACTICE: &str = include_str!("../../../seeds/policies/practice.toml");

#[test]
fn practice() {
    match parse("seeds/policies/practice.toml", PRACTICE) {
        Ok(p) => println!("{p:#?}"),
        Err(e) => panic!("{e}"),
    }
}
#[rstest]
#[case("name = 1\nnam = 3\n[[rules]]\nid=\"A\"\npoint=3\nsize=[{from=1,factor=\"x\"},\n {from=0, factor=-1}]\nkind=\"pull_request\"\nstates=[\"mergd\",\n\"approved\"]\n[credits]\n")]
#[case("a = \nb = 2 2\n[x\n")]
#[case("\u{feff}a = 1\r\nb = 1e3\r\n")]
fn show(#[case] t: &str) {
    println!("{}", parse("p.toml", t).unwrap_err());
}
