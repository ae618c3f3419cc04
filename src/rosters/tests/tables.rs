//! Tables of text and JSON: what they say, and every mistake with its place.

use rstest::rstest;

use super::*;

#[test]
fn csv_and_json_of_the_same_people_are_the_same() {
    let csv = "\u{feff}number,name,role,unit,class,github_login\r\n0020230001,林子涵,student,,C1,lin\r\n\"007\",\" da Silva, J \",faculty,CS,,\r\n";
    let json = r#"[{"number":"0020230001","name":"林子涵","role":"student","unit":null,"class":"C1","github_login":"lin"},
                   {"number":"007","name":"da Silva, J","role":"faculty","unit":"CS"}]"#;
    let (csv, json) = (read_text(csv).unwrap(), read_text(json).unwrap());
    assert_eq!(people(&csv), people(&json));
    assert_eq!((csv.file.format, json.file.format), (Format::Csv, Format::Json));
    assert_eq!(people(&csv)[0].number, "0020230001", "leading zeros count");
    assert_eq!(people(&csv)[1].github_login, None);
}

#[rstest]
#[case("number,name\n1,a\n,b\n", "line 3: the number must not be empty")]
#[case("number,name\n1,\n", "line 2: the name must not be empty")]
#[case("number,name\n1,\u{3000}\u{a0}\n", "line 2: the name must not be empty")]
#[case("number,name\n1,a\0b\n", "line 2: the name must not hold control characters")]
#[case("学号，姓名，院系\n1，a\u{1f}b\n", "line 2: it holds the control character U+001F")]
#[case("number,name\n1,a\u{202e}b\n", "line 2: the name holds the invisible character U+202E")]
#[case("number,name,github_login\n1,a,not a login\n", "line 2: the github_login must be a GitHub login")]
#[case("number,name,role\n1,a,dean\n", "line 2: the role `dean` is not a member's role")]
#[case("number,name\n1,a\n2,b\n1,c\n", "line 4: the number 1 is in line 2 already")]
#[case("number,name,github_login\n1,a,Lin\n2,b,lin\n", "line 3: the github_login lin is in line 2 already")]
#[case("number,name\n1,a\n2,b,c,d\n", "line 3: it has 4 columns where the header has 2")]
#[case("number,name\r\n1,a\r\n\r\n,b\r\n", "line 4: the number must not be empty")]
#[case("\n\r\n  \nnumber,name\n,b\n", "line 5: the number must not be empty")]
#[case("number,name\n1,\"a\n2,b\n3,c\n", "line 2: it has a line break inside of a cell")]
#[case("number,name,unit\n1,a,\"x\n2,b,y\n", "line 2: it has a line break inside of a cell")]
#[case("number,nmae\n1,a\n", "line 1: the header has no column for the name: call it name or 姓名")]
#[case("number,nmae\n1,a\n", "line 1: the header has a column `nmae`, which no roster has")]
#[case("学号,工号,姓名\n1,2,a\n", "line 1: the header names the number twice: 学号 and 工号")]
#[case("number,name,\n1,a,b\n", "line 2: it has something in column 3, which has no name")]
#[case("number,name\n", "it names nobody")]
#[case("number\n1\n", "line 1: it has one column only")]
#[case("a,b;c\n1,2;3\n", "line 1: it may be split at , or at ;")]
#[case("sep=|\nnumber|name\n1|a\n", "line 1: it says sep=|")]
#[case("number,na\u{1b}]me\n1,a\n", r"has a column `na\u{1b}]me`")]
#[case("number,name,role\n1,a,de\u{7}an\n", r"`de\u{7}an` is not a member's role")]
#[case("[]", "it names nobody")]
#[case("[1]", "entry 1: it is not a person")]
#[case("{}", "it is not a JSON array of people")]
#[case(r#"[{"number": 20230001, "name": "a"}]"#, "entry 1: it is not a person: number: invalid type: integer")]
#[case(r#"[{"number": "1", "name": "a", "login": "b"}]"#, "unknown field `login`")]
#[case(r#"[{"number": "1", "name": "a", "role": "dean"}]"#, "entry 1: it is not a person: role: unknown variant `dean`")]
#[case(r#"[{"number": " 1", "name": "a"}]"#, "entry 1: the number must not begin or end with white space")]
#[case(r#"[{"number": "1", "name": "a"}, {"number": "1", "name": "b"}]"#, "entry 2: the number 1 is in entry 1 already")]
fn a_mistake_is_told_with_its_place(#[case] text: &str, #[case] told: &str) {
    let error = mistakes(text);
    assert!(error.contains(told), "{error}");
}

#[test]
fn all_mistakes_are_told_at_once_the_first_hundred_word_by_word() {
    let error = mistakes("number,name\n,a\n2,\n");
    assert!(error.contains("line 2") && error.contains("line 3"), "{error}");
    let json = mistakes(r#"[{"number": 1}, {"name": "a"}, {"number": "", "name": ""}]"#);
    assert!(["entry 1:", "entry 2:", "entry 3: the number", "entry 3: the name"].iter().all(|told| json.contains(told)), "{json}");
    let many = read_text(&format!("number,name\n{}", ",\u{3000}x\n".repeat(130))).unwrap_err();
    assert_eq!((many.told.len(), many.more), (MOST_TOLD, 30));
    assert!(many.to_string().ends_with("and 30 more"));
}

#[test]
fn columns_may_come_in_any_order_and_under_any_of_their_names() {
    let roster = read_text("Ｎａｍｅ; Student-Number ;DEPARTMENT;所在班级;人员类别;GitHub 用户名\nAda;001;Maths;M1;教授;ada\n").unwrap();
    let expected = Named {
        role: Some(MemberRole::Faculty),
        unit: Some("Maths".into()),
        class: Some("M1".into()),
        github_login: Some("ada".into()),
        ..person("001", "Ada")
    };
    assert_eq!(people(&roster), [&expected]);
}

#[test]
fn what_a_cell_does_not_say_is_not_said() {
    let roster = read_text("number,name,role,unit,class,github_login\n1,Ada,,,,\n").unwrap();
    assert_eq!(people(&roster), [&person("1", "Ada")]);
    assert_eq!(roster.newcomers, Some(MemberRole::Student));
    assert_eq!(read_text("工号,姓名\n1,Ada\n").unwrap().newcomers, Some(MemberRole::Faculty), "a staff number is faculty's");
}

#[test]
fn a_column_that_no_roster_has_is_ignored_where_somebody_says_so() {
    let text = "序号,学号,姓名,性别\n1,001,林子涵,女\n";
    assert!(mistakes(text).contains("ignore_columns"));
    let wish = Wish { ignore_columns: true, ..Wish::default() };
    let swallowed = read("number,name,remark\n1,a,\"x\n2,b,y\n".as_bytes(), &wish).unwrap_err().to_string();
    assert!(swallowed.starts_with("line 2: it has a line break"), "a column that nobody reads swallows nobody: {swallowed}");
    let roster = read(text.as_bytes(), &wish).unwrap();
    assert_eq!(
        (people(&roster), &*roster.file.ignored_columns),
        (vec![&person("001", "林子涵")], &["序号".to_owned(), "性别".to_owned()][..])
    );
}

#[test]
fn empty_lines_and_lines_of_separators_are_nobody() {
    let roster = read_text("\nnumber,name,\n1,Ada,\n,,\n\n ,\t,\n2,Bo,\n").unwrap();
    assert_eq!(people(&roster), [&person("1", "Ada"), &person("2", "Bo")]);
    assert_eq!(roster.entries[1].place, Place::Line(7));
}

#[test]
fn what_stands_in_quotation_marks_is_not_split() {
    let wide = read_text("学号，姓名，院系\n\"1\"，\"司马，相如\"，a,b\n2，\"a\"\"，b\"，c\"，\n").unwrap_err().to_string();
    assert!(wide.contains("line 3: it has 4 columns"), "a quotation mark inside of a cell opens nothing: {wide}");
    let wide = read_text("学号，姓名，院系\n\"1\"，\"司马，相如\"，a,b\n2，\"a\"\"，b\"，c\"\n").unwrap();
    let units: Vec<_> = people(&wide).iter().map(|one| (&*one.name, one.unit.as_deref().unwrap())).collect();
    assert_eq!(units, [("司马，相如", "a,b"), ("a\"，b", "c\"")]);
    let header = read_text("\"number\";\"name\";\"unit\"\n1;\"a,b;c\";x\n").unwrap();
    assert_eq!((people(&header)[0].name.as_str(), header.file.separator), ("a,b;c", Some(";")));
}

#[test]
fn a_first_line_may_say_the_separator() {
    let roster = read_text("sep=;\r\nnumber;name\r\n1;Ada\r\n").unwrap();
    assert_eq!((roster.entries[0].place, roster.file.separator), (Place::Line(3), Some(";")));
    let tabs = read_text("sep=\t\nnumber\tname\n1\tAda\n").unwrap();
    assert_eq!((tabs.entries[0].place, tabs.file.separator), (Place::Line(3), Some("tab")));
    assert_eq!(read_text("\n\nsep=;\nnumber;name\n1;Ada\n").unwrap().entries[0].place, Place::Line(5));
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    assert!(read(&vec![b'x'; MOST_BYTES + 1], &Wish::default()).unwrap_err().to_string().contains("more than 16 MiB"));
    let rows: String = (0..=MOST_PEOPLE).map(|n| format!("x{n},a\n")).collect();
    let error = mistakes(&format!("number,name\n{rows}"));
    assert_eq!(error, format!("line {}: it holds more than {MOST_PEOPLE} people: import it in parts", MOST_PEOPLE + 2));
}
