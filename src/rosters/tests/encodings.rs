//! Every encoding and separator, and what cannot be decoded.

use encoding_rs::GB18030;
use rstest::rstest;

use super::*;

const TEXT: &str = "学号,姓名,身份,院系,班级,GitHub账号\r\n0020230001,林子涵,学生,计算机学院,计科2301,lin\r\n007,㐂𠮷,教师,,,\r\n";

fn utf16(text: &str, to: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(to).collect()
}

fn marked(mark: &[u8], bytes: Vec<u8>) -> Vec<u8> {
    [mark.to_vec(), bytes].concat()
}

/// The bytes of a text in every encoding in which it may come, and what it is called.
pub(super) fn encoded(text: &str) -> Vec<(Vec<u8>, &'static str)> {
    vec![
        (text.as_bytes().to_vec(), "utf-8"),
        (marked(b"\xef\xbb\xbf", text.as_bytes().to_vec()), "utf-8"),
        (marked(b"\xff\xfe", utf16(text, u16::to_le_bytes)), "utf-16le"),
        (marked(b"\xfe\xff", utf16(text, u16::to_be_bytes)), "utf-16be"),
        (utf16(text, u16::to_le_bytes), "utf-16le"),
        (utf16(text, u16::to_be_bytes), "utf-16be"),
        (GB18030.encode(text).0.into_owned(), "gb18030"),
    ]
}

#[test]
fn every_encoding_at_every_separator_says_the_same_and_which_it_was() {
    let expected = [
        Named {
            role: Some(MemberRole::Student),
            unit: Some("计算机学院".into()),
            class: Some("计科2301".into()),
            github_login: Some("lin".into()),
            ..person("0020230001", "林子涵")
        },
        Named { role: Some(MemberRole::Faculty), ..person("007", "㐂𠮷") },
    ];
    for (separator, name) in [(",", ","), (";", ";"), ("\t", "tab"), ("，", "，")] {
        for (bytes, encoding) in encoded(&TEXT.replace(',', separator)) {
            let roster = read(&bytes, &Wish::default()).unwrap_or_else(|why| panic!("{encoding} at {name}: {why}"));
            assert_eq!(people(&roster), expected.iter().collect::<Vec<_>>(), "{encoding} at {name}");
            assert_eq!((roster.file.encoding, roster.file.separator), (Some(encoding), Some(name)));
            assert_eq!(roster.entries[1].place, Place::Line(3), "{encoding} at {name}");
        }
    }
}

#[test]
fn json_may_be_in_any_encoding() {
    for (bytes, encoding) in encoded(r#"[{"number": "007", "name": "林子涵"}]"#) {
        let roster = read(&bytes, &Wish::default()).unwrap();
        assert_eq!((people(&roster), roster.file.encoding), (vec![&person("007", "林子涵")], Some(encoding)));
    }
}

#[rstest]
// Latin-1: neither UTF-8 nor GB18030.
#[case(b"number,name\n1,Jos\xe9,x\n", "is not UTF-8 from line 2 on")]
#[case(b"number,name\n1,\xff\xff\n", "nor is it GB18030")]
#[case(b"\xef\xbb\xbfnumber,name\n1,\xc1\xd6\n", "is not UTF-8 from line 2 on")]
#[case(b"\xff\xfe\0\0n\0\0\0", "is UTF-32")]
#[case(b"\xff\xfen\0u\0\0", "is utf-16le and broken")]
#[case(b"\xff\xfe\0\xd8,\0", "is utf-16le and broken")]
// Latin-1 that GB18030 reads: 黮 stands where ü and l were.
#[case(b"number,name\n1,M\xfcller\n", "ideograph inside of a word")]
#[case(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old workbook")]
#[case(b"", "is empty")]
#[case(b"\xef\xbb\xbf \r\n", "is empty")]
fn what_cannot_be_decoded_for_certain_is_refused(#[case] bytes: &[u8], #[case] told: &str) {
    let error = read(bytes, &Wish::default()).unwrap_err().to_string();
    assert!(error.contains(told), "{error}");
}

#[test]
fn a_file_that_was_decoded_twice_on_its_way_is_seen_as_such() {
    let (latin, _, _) = encoding_rs::WINDOWS_1252.decode("姓名".as_bytes());
    let latin_name = mistakes(&format!("number,name\n1,{latin}\n"));
    assert!(latin_name.contains("line 2: the name is UTF-8 that was read as Latin-1 (it was 姓名)"), "{latin_name}");
    let gbk = |text: &str| GB18030.decode(text.as_bytes()).0.into_owned();
    let header = mistakes(&format!("{},{}\n1,a\n", gbk("学号"), gbk("姓名")));
    assert!(header.contains("which was 学号 before"), "{header}");
    let names = mistakes(&format!("number,name\n1,{}\n2,{}\n3,Ann\n", gbk("王芳"), gbk("李雷")));
    assert!(names.contains("was UTF-8 and somebody read it as GBK"), "{names}");
    let lost = mistakes("number,name\n1,林\u{fffd}涵\n2,??\n");
    assert!(lost.contains("line 2: the name holds \u{fffd}") && lost.contains("line 3: the name holds a question mark"), "{lost}");
}

#[test]
fn honest_names_are_not_taken_for_damage() {
    let names =
        ["José Müller", "Ñandú", "Ægir Ö", "王Lily", "买买提·艾力", "Łukasz", "Ольга", "علي\u{200c}رضا", "D'Arcy-O’Neil", "联通", "濮阳濯"];
    let rows: String = (1..).zip(names).map(|(at, name)| format!("x{at},{name}\n")).collect();
    let roster = read_text(&format!("number,name\n{rows}")).unwrap();
    assert_eq!(people(&roster).iter().map(|one| &*one.name).collect::<Vec<_>>(), names);
}
