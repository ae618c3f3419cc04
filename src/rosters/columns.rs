//! What the columns of a table mean, by their names in English and in Chinese.
//! It must not guess at a name that it does not know.

use super::{
    Wish, garbled,
    mistake::{Field, Mistakes, Place, shown},
};
use crate::model::member::MemberRole;

/// The names of each column, without blanks, hyphens, underscores and in small letters. docs/API.md has the same table.
const NAMES: &[(Field, &[&str])] = &[
    (
        Field::Number,
        &[
            "number",
            "studentnumber",
            "studentid",
            "staffnumber",
            "staffid",
            "学号",
            "工号",
            "学工号",
            "学号/工号",
            "学籍号",
            "职工号",
            "教工号",
            "人员编号",
        ],
    ),
    (Field::Name, &["name", "fullname", "姓名", "学生姓名", "教师姓名", "名字"]),
    (Field::Role, &["role", "身份", "角色", "人员类别", "类别"]),
    (
        Field::Unit,
        &[
            "unit",
            "department",
            "school",
            "college",
            "院系",
            "学院",
            "系",
            "系部",
            "院系名称",
            "学院名称",
            "所在学院",
            "所在院系",
            "部门",
            "单位",
        ],
    ),
    (Field::Class, &["class", "班级", "班级名称", "行政班", "行政班级", "所在班级"]),
    (Field::GithubLogin, &["githublogin", "githubusername", "github", "github账号", "github账户", "github用户名"]),
];
/// Names of the number that say who has one.
const OF_FACULTY: &[&str] = &["staffnumber", "staffid", "工号", "职工号", "教工号"];

/// Words for the roles, in small letters.
const STUDENTS: &[&str] = &["student", "学生", "本科生", "研究生", "硕士生", "博士生", "硕士研究生", "博士研究生", "留学生"];
const FACULTY: &[&str] = &["faculty", "teacher", "staff", "教师", "老师", "教职工", "教职员工", "教工", "职工", "教授", "副教授", "讲师"];

/// Where each column stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns {
    /// By the place in a row; `None`: nobody reads it.
    pub meanings: Vec<Option<Field>>,
    pub ignored: Vec<String>,
    /// What somebody is of whom the file does not say it, as the name of the number's column tells.
    pub newcomers: MemberRole,
}

impl Columns {
    /// Reads the header, or tells all that is wrong with it.
    pub fn read(header: &[&str], place: Place, wish: &Wish) -> Result<Self, Mistakes> {
        let mut read = Self { meanings: Vec::new(), ignored: Vec::new(), newcomers: MemberRole::Student };
        let mut mistakes = Mistakes::default();
        let mut seen: Vec<(Field, &str)> = Vec::new();
        for &cell in header {
            let meaning = meaning(cell);
            read.meanings.push(meaning);
            match meaning {
                Some(field) => {
                    if let Some((_, first)) = seen.iter().find(|(one, _)| *one == field) {
                        mistakes.add(
                            place,
                            Field::Header,
                            format!("names the {} twice: {} and {}", field.as_str(), first.trim(), cell.trim()),
                        );
                    }
                    seen.push((field, cell));
                }
                None if cell.trim().is_empty() => {}
                None if wish.ignore_columns => read.ignored.push(cell.trim().to_owned()),
                None => mistakes.add(place, Field::Header, unknown(cell)),
            }
        }
        for (needed, such_as) in [(Field::Number, "number, 学号 or 工号"), (Field::Name, "name or 姓名")] {
            match seen.iter().find(|(field, _)| *field == needed) {
                Some((Field::Number, name)) if OF_FACULTY.contains(&&*plain(name)) => read.newcomers = MemberRole::Faculty,
                Some(_) => {}
                None => mistakes.add(place, Field::Header, format!("has no column for the {}: call it {such_as}", needed.as_str())),
            }
        }
        mistakes.or(read)
    }
}

fn unknown(cell: &str) -> String {
    let cell = &*shown(cell);
    match garbled::before(cell) {
        Some(meant) => {
            format!("has a column `{cell}`, which was {meant} before somebody read the file in a wrong encoding: export it again")
        }
        None => format!("has a column `{cell}`, which no roster has: take it out, or have it ignored (ignore_columns)"),
    }
}

/// What a column of this name holds.
pub(super) fn meaning(name: &str) -> Option<Field> {
    let name = plain(name);
    NAMES.iter().find(|(_, names)| names.contains(&&*name)).map(|(field, _)| *field)
}

/// The role that a cell names.
pub(super) fn role(cell: &str) -> Result<MemberRole, String> {
    let word = plain(cell);
    if STUDENTS.contains(&&*word) {
        Ok(MemberRole::Student)
    } else if FACULTY.contains(&&*word) {
        Ok(MemberRole::Faculty)
    } else {
        let cell = shown(cell);
        Err(format!("`{cell}` is not a member's role: use student (学生) or faculty (教师)"))
    }
}

/// In small letters, with ordinary letters for full-width ones, without blanks, hyphens and underscores.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-'))
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            c => c,
        })
        .flat_map(char::to_lowercase)
        .collect()
}
