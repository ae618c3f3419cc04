//! Whatever is written reads back; whatever is sent stops nothing.

use proptest::prelude::*;
use rust_xlsxwriter::Workbook;

use super::{encodings::encoded, *};

/// A text that a person may have as a name: any letters, and what separates columns and opens quotation marks.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z]{1,8}",
        4 => "[\u{4e00}-\u{9fff}]{1,4}",
        1 => "[\u{3400}\u{3402}\u{20bb7}\u{2a6a5}]{1,2}",
        1 => Just("·".to_owned()),
        1 => prop::sample::select(vec![",", ";", "，", "\"", "'", "(", "）"]).prop_map(str::to_owned),
        1 => Just(" ".to_owned()),
    ];
    prop::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat().trim().to_owned()).prop_filter(
        "what looks garbled is refused",
        |text| {
            !text.is_empty() && garbled::why_name(text, Some(decode::Encoding::Gb18030)).is_none() && garbled::before_gbk(text).is_none()
        },
    )
}

fn roster() -> impl Strategy<Value = Vec<Named>> {
    let role = prop::option::of(prop::sample::select(vec![MemberRole::Student, MemberRole::Faculty]));
    let one =
        ("[A-Z]{0,2}[0-9]{6}", text(), role, prop::option::of(text()), prop::option::of(text()), prop::option::of("[a-z][a-z0-9-]{0,20}"));
    let one = one.prop_map(|(number, name, role, unit, class, github_login)| Named { number, name, role, unit, class, github_login });
    prop::collection::vec(one, 1..12).prop_map(|mut people| {
        for (at, person) in people.iter_mut().enumerate() {
            person.number = format!("{}{at:02}", person.number);
            person.github_login = person.github_login.take().map(|login| format!("{login}{at}"));
        }
        people
    })
}

fn cells(person: &Named) -> [String; 6] {
    let said = |text: &Option<String>| text.clone().unwrap_or_default();
    let role = person.role.map_or("", MemberRole::as_str).to_owned();
    [person.number.clone(), person.name.clone(), role, said(&person.unit), said(&person.class), said(&person.github_login)]
}

fn written(people: &[Named], separator: &str) -> String {
    let header = ["number", "name", "role", "unit", "class", "github_login"].map(str::to_owned);
    let line = |cells: [String; 6]| cells.map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).join(separator);
    std::iter::once(header).chain(people.iter().map(cells)).map(|cells| line(cells) + "\r\n").collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whatever_a_roster_is_written_in_it_reads_back_the_same(people in roster()) {
        // Numbers at random look like anything.
        let wish = Wish { accept_numbers: true, ..Wish::default() };
        for separator in [",", ";", "\t", "，"] {
            for (bytes, encoding) in encoded(&written(&people, separator)) {
                let read = read(&bytes, &wish).map_err(|why| TestCaseError::fail(format!("{encoding} at {separator}: {why}")))?;
                prop_assert_eq!(super::people(&read), people.iter().collect::<Vec<_>>(), "{} at {}", encoding, separator);
            }
        }
    }

    #[test]
    fn a_workbook_reads_back_the_same(people in roster()) {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write_row(0, 0, ["number", "name", "role", "unit", "class", "github_login"]).unwrap();
        for (row, person) in (1..).zip(&people) {
            sheet.write_row(row, 0, cells(person)).unwrap();
        }
        let wish = Wish { accept_numbers: true, ..Wish::default() };
        let read = read(&book.save_to_buffer().unwrap(), &wish).map_err(|why| TestCaseError::fail(why.to_string()))?;
        prop_assert_eq!(super::people(&read), people.iter().collect::<Vec<_>>());
    }

    /// Nothing that anybody sends stops the program.
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes, &Wish::default());
    }
}
