//! Workbooks, as a spreadsheet program writes them and as somebody damages them.

use proptest::prelude::*;
use rstest::rstest;
use rust_xlsxwriter::{ExcelDateTime, Format as Look, Formula, Workbook, Worksheet};

use super::*;

/// A workbook with one sheet, which `write` fills.
fn workbook(write: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    write(book.add_worksheet());
    book.save_to_buffer().unwrap()
}

pub(super) fn table(sheet: &mut Worksheet, rows: &[&[&str]]) {
    for (at, row) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(*row).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(at, column, *cell).unwrap();
        }
    }
}

fn read_book(bytes: &[u8]) -> Result<Roster, Mistakes> {
    read(bytes, &Wish::default())
}

#[test]
fn a_workbook_says_what_the_same_text_does() {
    let rows: &[&[&str]] = &[
        &["学号", "姓名", "身份", "院系", "班级", "GitHub账号"],
        &["0020230001", "林子涵", "学生", "计算机学院", "计科2301", "lin"],
        &["", "", "", "", "", ""],
        &["007", "㐂𠮷", "教师"],
    ];
    let roster = read_book(&workbook(|sheet| table(sheet, rows))).unwrap();
    let text: String = rows.iter().map(|row| format!("{}{}\n", row.join(","), ",".repeat(6 - row.len()))).collect();
    assert_eq!(people(&roster), people(&read_text(&text).unwrap()));
    assert_eq!(roster.entries[1].place, Place::Row(4));
    assert_eq!((roster.file.format, roster.file.sheet.as_deref(), roster.file.encoding), (Format::Xlsx, Some("Sheet1"), None));
}

#[rstest]
#[case("members")]
#[case("名单")]
fn the_sheet_that_is_called_so_is_read_before_the_first(#[case] name: &str) {
    let mut book = Workbook::new();
    table(book.add_worksheet(), &[&["a title"]]);
    table(book.add_worksheet().set_name(name).unwrap(), &[&["number", "name"], &["007", "Ada"]]);
    let roster = read_book(&book.save_to_buffer().unwrap()).unwrap();
    assert_eq!((people(&roster), roster.file.sheet.as_deref()), (vec![&person("007", "Ada")], Some(name)));
}

#[test]
fn a_number_that_is_shown_as_it_is_is_read_as_it_is_shown() {
    let bytes = workbook(|sheet| {
        table(sheet, &[&["number", "name", "class"], &["", "Ada"], &["", "Bo"], &["", "Cy"]]);
        sheet.write_number(1, 0, 202_300_001).unwrap();
        sheet.write_number_with_format(2, 0, 202_300_002, &Look::new().set_num_format("0")).unwrap();
        sheet.write_formula(3, 0, Formula::new("=202300000+3").set_result("202300003")).unwrap();
        sheet.write_number(1, 2, 2301).unwrap();
    });
    let roster = read_book(&bytes).unwrap();
    let read: Vec<_> = people(&roster).iter().map(|one| (&*one.number, one.class.as_deref())).collect();
    assert_eq!(read, [("202300001", Some("2301")), ("202300002", None), ("202300003", None)]);
}

#[test]
fn a_cell_that_cannot_be_the_text_that_was_meant_is_flagged_with_its_row() {
    let bytes = workbook(|sheet| {
        table(sheet, &[&["number", "name", "class"]]);
        for row in 1..=7 {
            sheet.write_string(row, 1, "Somebody").unwrap();
        }
        sheet.write_number(1, 0, 202_300_011_234_561_789_f64).unwrap();
        sheet.write_number_with_format(2, 0, 20_230_001, &Look::new().set_num_format("0000000000")).unwrap();
        sheet.write_number_with_format(3, 0, 20_230_001, &Look::new().set_num_format("\"S\"0")).unwrap();
        sheet.write_number(4, 0, 2.5).unwrap();
        let day = ExcelDateTime::parse_from_str("2023-01-02").unwrap();
        sheet.write_datetime_with_format(5, 0, &day, &Look::new().set_num_format("yyyy-mm-dd")).unwrap();
        sheet.write_boolean(6, 0, true).unwrap();
        sheet.write_formula(7, 0, Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
    });
    let error = read_book(&bytes).unwrap_err().to_string();
    for told in [
        "row 2: the number 202300011234561800 is a number, of which a spreadsheet keeps 15 digits",
        "row 3: the number 20230001 is a number whose format shows it with more than is there",
        "row 4: the number 20230001 is a number whose format shows",
        "row 5: the number 2.5 is a number with places",
        "row 6: the number is a date",
        "row 7: the number is true, and no text",
        "row 8: the number",
    ] {
        assert!(error.contains(told), "{told}: {error}");
    }
}

#[test]
fn a_number_among_texts_with_zeros_in_front_has_lost_its_own() {
    let bytes = workbook(|sheet| {
        table(sheet, &[&["number", "name"], &["0020230001", "Ada"], &["", "Bo"]]);
        sheet.write_number(2, 0, 20_230_002).unwrap();
    });
    let error = read_book(&bytes).unwrap_err().to_string();
    assert!(error.contains("row 3: the number 20230002 has lost its leading zeros"), "{error}");
}

#[test]
fn mistakes_of_a_workbook_name_their_rows() {
    let error = read_book(&workbook(|sheet| table(sheet, &[&["number", "name", ""], &["1", "", ""], &["", "x", "y"], &["3", "a\nb"]])));
    let error = error.unwrap_err().to_string();
    for told in [
        "row 2: the name must not be empty",
        "row 3: the number must not be empty",
        "row 3: it has something in column 3",
        "row 4: it has a line break",
    ] {
        assert!(error.contains(told), "{told}: {error}");
    }
    assert!(
        read_book(&workbook(|sheet| table(sheet, &[&["a title"], &["number", "name"]])))
            .unwrap_err()
            .to_string()
            .contains("row 1: the header")
    );
    assert!(read_book(&workbook(|_| {})).unwrap_err().to_string().contains("has nothing on its sheet Sheet1"));
}

#[test]
fn an_archive_that_unpacks_to_more_than_a_roster_can_be_is_refused_unread() {
    use std::io::Write as _;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("[Content_Types].xml", zip::write::SimpleFileOptions::default()).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..130 {
        zip.write_all(&zeros).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    assert!(bytes.len() < 1 << 20, "it is a bomb");
    let error = read_book(&bytes).unwrap_err().to_string();
    assert_eq!(error, "it unpacks to more than 128 MiB");
}

#[test]
fn an_archive_of_something_else_is_refused() {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("holiday.jpg", zip::write::SimpleFileOptions::default()).unwrap();
    let error = read_book(&zip.finish().unwrap().into_inner()).unwrap_err().to_string();
    assert!(error.contains("neither a workbook nor a OneRoster bundle"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A workbook that was damaged on its way is read or refused: nobody's mistake stops the program.
    #[test]
    fn a_workbook_with_other_bytes_in_it_is_read_or_refused(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), cut in any::<prop::sample::Index>(), cuts in any::<bool>()) {
        let mut bytes = workbook(|sheet| table(sheet, &[&["number", "name"], &["007", "Ada"]]));
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        let _ = read_book(&bytes);
    }
}
