//! A roster and the register: people as a file names them, members as they are known, and what an import makes of the two.
//! It must not hold what a file does not say as if it said that there is nothing.

use serde::Serialize;

use super::{ids::MemberId, member::MemberRole};

/// A person as a roster names one. What is absent is not said, and stays as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub number: String,
    pub name: String,
    pub role: Option<MemberRole>,
    /// The department.
    pub unit: Option<String>,
    pub class: Option<String>,
    pub github_login: Option<String>,
}

/// A member on the register, as far as a roster can say anything of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub id: MemberId,
    pub number: String,
    pub name: String,
    pub role: MemberRole,
    pub unit: Option<String>,
    pub class: Option<String>,
    pub github_login: Option<String>,
    /// Whether an account is bound: another login then asks for a change.
    pub is_bound: bool,
}

/// What is to be written.
#[derive(Debug, Clone, Default)]
pub struct Plan<'a> {
    pub added: Vec<Row<'a>>,
    /// As they are to be, in all but the login.
    pub changed: Vec<Row<'a>>,
    /// Who is to have another login.
    pub logins: Vec<NewLogin<'a>>,
    pub removed: Vec<MemberId>,
}

impl Plan<'_> {
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.logins.is_empty() && self.removed.is_empty()
    }
}

/// A member as a row of the register.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    pub id: MemberId,
    pub number: &'a str,
    pub name: &'a str,
    pub role: MemberRole,
    pub unit: Option<&'a str>,
    pub class: Option<&'a str>,
    pub github_login: Option<&'a str>,
}

/// Another login than the one that is known.
#[derive(Debug, Clone, Copy)]
pub struct NewLogin<'a> {
    pub before: &'a Known,
    pub login: &'a str,
}

/// Which file it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = RosterFile)]
pub struct FileFacts {
    pub format: Format,
    /// How its text was decoded. Null: a workbook has no encoding.
    #[schema(example = "gb18030")]
    pub encoding: Option<&'static str>,
    /// What stands between its columns. Null: not a CSV file.
    #[schema(example = ",")]
    pub separator: Option<&'static str>,
    /// The sheet that was read. Null: not a workbook.
    pub sheet: Option<String>,
    /// Columns that nobody read, because it was asked that they be ignored.
    pub ignored_columns: Vec<String>,
    /// SHA-256 of its bytes: the log names the file by it. Empty: people who come from no file.
    pub sha256: String,
}

/// What a file is, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RosterFormat)]
pub enum Format {
    Csv,
    Json,
    Xlsx,
    /// A OneRoster 1.2 bundle of CSV files.
    OneRoster,
}

impl Format {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Xlsx => "xlsx",
            Self::OneRoster => "one_roster",
        }
    }
}

/// What an import did, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = RosterImport)]
pub struct Imported {
    /// True: this is what would be done, and nothing was.
    pub dry_run: bool,
    pub file: FileFacts,
    pub added: usize,
    pub changed: usize,
    pub unchanged: usize,
    /// Members who are on the register and not in the file (of a OneRoster delta: whom it says to delete). They stay, unless
    /// `remove_left_out` says how many.
    pub left_out: usize,
    pub removed: usize,
    /// People of a OneRoster bundle who are neither students nor teachers.
    pub skipped: usize,
    /// The first hundred of those who are added.
    pub added_members: Vec<AddedMember>,
    /// The first hundred of those who are changed.
    pub changed_members: Vec<ChangedMember>,
    /// The first hundred of those who are left out.
    pub left_out_members: Vec<LeftOutMember>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AddedMember {
    /// Of the CSV file, or the sheet's row, or the place in the JSON array, from 1.
    pub line: u64,
    pub number: String,
    pub name: String,
    pub role: MemberRole,
    pub unit: Option<String>,
    pub class: Option<String>,
    pub github_login: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ChangedMember {
    pub line: u64,
    pub number: String,
    pub fields: Vec<ChangedField>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ChangedField {
    #[schema(example = "name")]
    pub field: &'static str,
    pub before: Option<String>,
    pub after: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct LeftOutMember {
    pub number: String,
    pub name: String,
}

/// A department, or a class of one, and who is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Unit {
    /// The department. Null: of a class whose members name none.
    #[schema(example = "School of Software Engineering")]
    pub unit: Option<String>,
    /// Null: this is the department as a whole.
    #[schema(example = "SE2301")]
    pub class: Option<String>,
    pub students: i64,
    pub faculty: i64,
}
