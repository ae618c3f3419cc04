//! OneRoster bundles.

use std::io::{Cursor, Write as _};

use rstest::rstest;

use super::*;

const MANIFEST: &str = "propertyName,value\nmanifest.version,1.0\noneroster.version,1.2\nfile.users,bulk\nfile.roles,bulk\nfile.orgs,bulk\nfile.classes,bulk\nfile.enrollments,bulk\nfile.courses,absent\n";
const USERS: &str = "sourcedId,status,dateLastModified,enabledUser,username,givenName,familyName,middleName,identifier,email\n\
    u1,,,true,lin,子涵,林,,0020230001,lin@example.edu\n\
    u2,active,,true,ada,Ada,Lovelace,King,007,\n\
    u3,,,true,mum,Eva,Lin,,,\n\
    u4,,,true,both,芳,王,,0020230002,\n";
const ROLES: &str = "sourcedId,status,userSourcedId,roleType,role,orgSourcedId\n\
    r1,,u1,primary,student,o2\n\
    r2,,u2,primary,teacher,o2\n\
    r3,,u3,primary,guardian,o1\n\
    r4,,u4,secondary,teacher,o2\n\
    r5,,u4,primary,student,o3\n\
    r6,tobedeleted,u4,primary,teacher,o2\n";
const ORGS: &str = "sourcedId,status,name,type,parentSourcedId\no1,,Linhai University,district,\no2,,计算机学院,department,o1\no3,,School of Mathematics,school,o1\n";
const CLASSES: &str = "sourcedId,status,title,classType\nc1,,计科2301,homeroom\nc2,,Operating systems,scheduled\n";
const ENROLLMENTS: &str = "sourcedId,status,classSourcedId,userSourcedId,role\ne1,,c1,u1,student\ne2,,c2,u1,student\ne3,,c1,u2,teacher\ne4,tobedeleted,c1,u4,student\n";

/// The bundle, with some of its files otherwise; a file without text is left out.
fn bundle(otherwise: &[(&str, &str)]) -> Vec<u8> {
    let files = [
        ("manifest.csv", MANIFEST),
        ("users.csv", USERS),
        ("roles.csv", ROLES),
        ("orgs.csv", ORGS),
        ("classes.csv", CLASSES),
        ("enrollments.csv", ENROLLMENTS),
    ];
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        let text = otherwise.iter().find(|(other, _)| *other == name).map_or(text, |(_, text)| text);
        if !text.is_empty() {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
    }
    zip.finish().unwrap().into_inner()
}

fn read_bundle(otherwise: &[(&str, &str)]) -> Result<Roster, Mistakes> {
    read(&bundle(otherwise), &Wish::default())
}

#[test]
fn a_bundle_says_who_is_student_or_faculty_of_which_department_and_class() {
    let roster = read_bundle(&[]).unwrap();
    let department = || Some("计算机学院".to_owned());
    let expected = [
        Named {
            role: Some(MemberRole::Student), unit: department(), class: Some("计科2301".into()), ..person("0020230001", "林子涵")
        },
        Named { role: Some(MemberRole::Faculty), unit: department(), ..person("007", "Ada King Lovelace") },
        Named { role: Some(MemberRole::Student), unit: Some("School of Mathematics".into()), ..person("0020230002", "王芳") },
    ];
    assert_eq!(people(&roster), expected.iter().collect::<Vec<_>>());
    assert_eq!((roster.file.format, roster.skipped, &roster.leaving), (Format::OneRoster, 1, &None));
    assert_eq!(roster.entries[2].place, Place::LineOf("users.csv", 5));
}

#[test]
fn departments_and_classes_may_be_absent() {
    let manifest = MANIFEST.replace("orgs,bulk", "orgs,absent").replace("classes,bulk", "classes,absent");
    let roster = read_bundle(&[("manifest.csv", &manifest), ("orgs.csv", ""), ("classes.csv", "")]).unwrap();
    assert!(people(&roster).iter().all(|one| one.unit.is_none() && one.class.is_none()));
}

#[test]
fn a_delta_names_who_changed_and_who_leaves() {
    let manifest = MANIFEST.replace("users,bulk", "users,delta").replace("roles,bulk", "roles,delta");
    let users = USERS.replace("u2,active", "u2,tobedeleted");
    // Nothing about the roles of u2 and u4 changed.
    let roles = "sourcedId,status,userSourcedId,roleType,role,orgSourcedId\nr1,,u1,primary,student,o2\nr3,,u3,primary,guardian,o1\n";
    let roster = read_bundle(&[("manifest.csv", &manifest), ("users.csv", &users), ("roles.csv", roles)]).unwrap();
    let roles: Vec<_> = people(&roster).iter().map(|one| (&*one.number, one.role)).collect();
    assert_eq!(roles, [("0020230001", Some(MemberRole::Student)), ("0020230002", None)]);
    assert_eq!((roster.leaving, roster.newcomers, roster.skipped), (Some(["007".to_owned()].into()), None, 1));
}

#[test]
fn of_a_whole_bundle_who_is_to_be_deleted_is_left_out() {
    let roster = read_bundle(&[("users.csv", &USERS.replace("u2,active", "u2,tobedeleted"))]).unwrap();
    assert_eq!((roster.entries.len(), roster.leaving), (2, None));
}

#[rstest]
#[case("manifest.csv", "", "without manifest.csv")]
#[case("manifest.csv", "propertyName,value\noneroster.version,1.1\n", "is a OneRoster bundle of version `1.1`")]
#[case("manifest.csv", "propertyName,value\noneroster.version,1.2\nfile.users,absent\nfile.roles,bulk\n", "file.users is `absent`")]
#[case("manifest.csv", "propertyName,value\noneroster.version,1.2\nfile.users,bulk\nfile.roles,delta\n", "export both alike")]
#[case(
    "manifest.csv",
    "propertyName,value\noneroster.version,1.2\nfile.users,bulk\nfile.roles,bulk\nfile.orgs,some\n",
    "file.orgs is `some`"
)]
#[case("roles.csv", "", "says that it holds roles.csv, and does not")]
#[case("users.csv", "sourcedId,givenName,familyName\nu1,a,b\n", "users.csv line 2: it cannot be read: missing field `identifier`")]
#[case("users.csv", "sourcedId,givenName,familyName,identifier\nu1,a,b,2.02E+11\n", "users.csv line 2: the number 2.02E+11 was damaged")]
#[case(
    "users.csv",
    "sourcedId,givenName,familyName,identifier\nu1,a,b,\n",
    "users.csv line 2: the number is missing: the column identifier"
)]
#[case(
    "users.csv",
    "sourcedId,givenName,familyName,identifier\nu1,a,b,1\nu2,c,d,1\n",
    "users.csv line 3: the number 1 is in users.csv line 2 already"
)]
#[case("users.csv", "sourcedId,givenName,familyName,identifier\nu3,a,b,1\n", "names no student and no teacher")]
#[case("classes.csv", "sourcedId,status,title,classType\nc1,,A,homeroom\nc2,,B,homeroom\n", "A and B are both homerooms")]
fn a_bundle_that_does_not_hold_together_is_refused(#[case] file: &str, #[case] text: &str, #[case] told: &str) {
    let error = read_bundle(&[(file, text)]).unwrap_err().to_string();
    assert!(error.contains(told), "{error}");
}
