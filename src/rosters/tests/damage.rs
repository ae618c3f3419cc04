//! Numbers as spreadsheets damage them, and numbers that only look so.

use rstest::rstest;

use super::*;

#[rstest]
#[case("2.02E+11")]
#[case("2.02e+11")]
#[case("2,02E+11")]
#[case("2E+11")]
#[case("2.02E11")]
#[case("20230001.0")]
#[case("20,230,001")]
#[case("２０２３０００１")]
#[case("2023 0001")]
#[case("'0020230001")]
#[case("=\"0020230001\"")]
#[case("1月2日")]
#[case("0020\u{200b}230001")]
#[case("0020\u{fffd}")]
fn a_number_that_nobody_has_is_flagged_with_its_line(#[case] number: &str) {
    let quoted = number.replace('"', "\"\"");
    let error = mistakes(&format!("number,name\nok,a\n\"{quoted}\",b\n"));
    assert!(error.starts_with("line 3: the number "), "{error}");
}

#[rstest]
#[case("2E11")]
#[case("12E3")]
#[case("E+11")]
#[case("T-2023.01")]
#[case("A1,B2")]
#[case("学2023-01")]
#[case("0")]
fn a_number_that_somebody_may_have_is_not(#[case] number: &str) {
    assert_eq!(people(&read_text(&format!("number,name\n\"{number}\",a\n")).unwrap())[0].number, number);
}

#[test]
fn a_number_without_the_zeros_that_others_of_its_kind_have_is_flagged() {
    let error = mistakes(&numbered(&["0020230001", "20230002", "0020230003"]));
    assert!(error.starts_with("line 3: the number 20230002 has lost its leading zeros: others are written as 0020230001"), "{error}");
    assert!(error.contains("accept_numbers"), "it says what to do");
    // One that is both with and without.
    assert!(mistakes(&numbered(&["0020230001", "20230001"])).starts_with("line 3"));
}

#[test]
fn a_number_that_is_a_little_shorter_than_nearly_all_others_is_flagged() {
    let mut numbers: Vec<String> = (0..19).map(|n| format!("1012340{n:02}")).collect();
    numbers.push("91234001".into());
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let error = mistakes(&numbered(&numbers));
    assert!(error.starts_with("line 21: the number 91234001 has 8 digits where 19 of 20 have 9"), "{error}");
    let wish = Wish { accept_numbers: true, ..Wish::default() };
    assert_eq!(read(numbered(&numbers).as_bytes(), &wish).unwrap().entries.len(), 20, "somebody says that they are right");
}

#[test]
fn honest_rosters_of_several_kinds_of_numbers_are_not_flagged() {
    // Students of ten digits with zeros in front, faculty of five and six, guests with letters.
    let students = (0..40).map(|n| format!("00202300{n:02},Student,student\n"));
    let faculty = (0..3).map(|n| format!("{},Teacher,faculty\n", 10_000 + n)).chain(["100234,Teacher,faculty\n".to_owned()]);
    let guests = ["G-17,Guest,student\n".to_owned(), "7,Guest,student\n".to_owned()];
    let rows: String = students.chain(faculty).chain(guests).collect();
    assert_eq!(read_text(&format!("number,name,role\n{rows}")).unwrap().entries.len(), 46);
    // Too few to know what the rule is.
    assert!(read_text(&numbered(&["123456", "12345", "1234567"])).is_ok());
}

#[test]
fn long_numbers_that_all_end_in_zeros_were_rounded() {
    let rounded = mistakes(&numbered(&["123456789012345000", "223456789012345000"]));
    assert!(rounded.contains("line 2: the number 123456789012345000 ends in zeros behind the 15th digit"), "{rounded}");
    assert!(read_text(&numbered(&["123456789012345000", "223456789012345678"])).is_ok(), "one shows that they are whole");
}
