//! A OneRoster 1.2 bundle: who is a student or a teacher, of which department and which class.
//! It must not take a `sourcedId` for a number: systems make those up, and nobody else knows them.

mod files;
mod manifest;

use std::collections::{BTreeSet, HashMap};

use self::{
    files::{Class, Enrollment, Org, Role, User},
    manifest::Extent,
};
use super::{
    Entry, Roster, Wish,
    archive::Archive,
    garbled,
    mistake::{Field, Mistakes, Place},
    people,
};
use crate::model::{
    member::MemberRole,
    roster::{FileFacts, Named},
};

pub(super) fn read(mut archive: Archive<'_>, file: FileFacts, wish: &Wish) -> Result<Roster, Mistakes> {
    let extents = manifest::read(&mut archive)?;
    let mut mistakes = Mistakes::default();
    let users: Vec<(Place, User)> = files::read(&mut archive, files::USERS, &mut mistakes)?;
    let roles: Vec<(Place, Role)> = files::read(&mut archive, files::ROLES, &mut mistakes)?;
    let orgs: Vec<(Place, Org)> = files::read_if(extents.orgs, &mut archive, files::ORGS, &mut mistakes)?;
    let classes: Vec<(Place, Class)> = files::read_if(extents.classes, &mut archive, files::CLASSES, &mut mistakes)?;
    let enrollments: Vec<(Place, Enrollment)> = files::read_if(extents.enrollments, &mut archive, files::ENROLLMENTS, &mut mistakes)?;
    let bundle = Bundle {
        departments: departments(&orgs),
        roles: roles_of(&roles),
        classes: classes_of(&classes, &enrollments),
        is_delta: extents.users == Extent::Delta,
    };
    bundle.people(&users, file, wish, mistakes)
}

/// What the other files say of a user, by `sourcedId`.
struct Bundle<'a> {
    departments: HashMap<&'a str, &'a str>,
    roles: HashMap<&'a str, Vec<&'a Role>>,
    classes: HashMap<&'a str, BTreeSet<&'a str>>,
    is_delta: bool,
}

impl Bundle<'_> {
    fn people(&self, users: &[(Place, User)], file: FileFacts, wish: &Wish, mut mistakes: Mistakes) -> Result<Roster, Mistakes> {
        let (mut entries, mut leaving, mut skipped) = (Vec::new(), BTreeSet::new(), 0);
        for (place, user) in users {
            let roles = self.roles.get(&*user.sourced_id).map_or(&[][..], Vec::as_slice);
            let role = member_role(roles);
            // Of a delta a role that did not change is not there: whoever is on the register has one.
            let is_none_of_ours = role.is_none() && (!roles.is_empty() || !self.is_delta);
            if is_none_of_ours {
                skipped += 1;
            } else if user.status.eq_ignore_ascii_case("tobedeleted") {
                leaving.insert(user.identifier.trim().to_owned());
            } else if let Some(named) = self.person(*place, user, role, &mut mistakes) {
                entries.push(Entry { place: *place, named });
            }
        }
        people::beside_one_another(&entries, wish, &mut mistakes);
        if entries.is_empty() && leaving.is_empty() && mistakes.is_empty() {
            mistakes.add_at(None, Field::File, "names no student and no teacher");
        }
        let leaving = self.is_delta.then_some(leaving);
        mistakes.or(Roster { file, entries, newcomers: None, leaving, skipped })
    }

    fn person(&self, place: Place, user: &User, role: Option<(MemberRole, &Role)>, mistakes: &mut Mistakes) -> Option<Named> {
        let mut told = |field: Field, value: Result<String, String>| value.map_err(|why| mistakes.add(place, field, why)).ok();
        let number = match user.identifier.trim() {
            "" => Err("is missing: the column identifier holds the student or staff number".to_owned()),
            number => people::check_number(number),
        };
        let number = told(Field::Number, number);
        let name = told(Field::Name, people::check_name(&full_name(user), None));
        let department = role.and_then(|(_, role)| self.departments.get(&*role.org)).filter(|name| !name.is_empty());
        let unit = department.map_or(Some(None), |name| told(Field::Unit, people::check_unit(name)).map(Some));
        let class = self.class(user).map_or(Some(None), |class| told(Field::Class, class.and_then(people::check_unit)).map(Some));
        Some(Named { number: number?, name: name?, role: role.map(|(role, _)| role), unit: unit?, class: class?, github_login: None })
    }

    /// The class of which somebody is; an error where there are several.
    fn class(&self, user: &User) -> Option<Result<&str, String>> {
        let classes = self.classes.get(&*user.sourced_id)?;
        let mut titles = classes.iter();
        match (titles.next(), titles.next()) {
            (Some(one), None) => Some(Ok(*one)),
            (Some(one), Some(two)) => Some(Err(format!("is not one: {one} and {two} are both homerooms of this user"))),
            (None, _) => None,
        }
    }
}

/// The primary role where it is one of ours, otherwise one that is.
fn member_role<'a>(roles: &[&'a Role]) -> Option<(MemberRole, &'a Role)> {
    let ours = roles.iter().filter_map(|role| {
        let is = match &*role.role {
            "student" => MemberRole::Student,
            "teacher" => MemberRole::Faculty,
            _ => return None,
        };
        Some((is, *role))
    });
    ours.min_by_key(|(_, role)| role.role_type != "primary")
}

/// Ideographs: the family name first and no blank; otherwise it comes last.
fn full_name(user: &User) -> String {
    let [given, middle, family] = [&user.given_name, &user.middle_name, &user.family_name].map(|name| name.trim());
    let is_han = |name: &str| !name.is_empty() && name.chars().all(garbled::is_han);
    if is_han(family) && is_han(given) {
        return format!("{family}{given}");
    }
    [given, middle, family].iter().filter(|name| !name.is_empty()).copied().collect::<Vec<_>>().join(" ")
}

fn is_there(status: &str) -> bool {
    !status.eq_ignore_ascii_case("tobedeleted")
}

fn departments(orgs: &[(Place, Org)]) -> HashMap<&str, &str> {
    let named = orgs.iter().map(|(_, org)| org).filter(|org| is_there(&org.status) && matches!(&*org.kind, "department" | "school"));
    named.map(|org| (&*org.sourced_id, org.name.trim())).collect()
}

fn roles_of(roles: &[(Place, Role)]) -> HashMap<&str, Vec<&Role>> {
    let mut by_user: HashMap<&str, Vec<&Role>> = HashMap::new();
    for (_, role) in roles.iter().filter(|(_, role)| is_there(&role.status)) {
        by_user.entry(&role.user).or_default().push(role);
    }
    by_user
}

/// The titles of the homerooms in which somebody is enrolled as a student: other classes are courses.
fn classes_of<'a>(classes: &'a [(Place, Class)], enrollments: &'a [(Place, Enrollment)]) -> HashMap<&'a str, BTreeSet<&'a str>> {
    let homerooms = classes.iter().map(|(_, class)| class).filter(|class| is_there(&class.status) && class.kind == "homeroom");
    let titles: HashMap<&str, &str> = homerooms.map(|class| (&*class.sourced_id, class.title.trim())).collect();
    let mut by_user: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    for (_, one) in enrollments.iter().filter(|(_, one)| is_there(&one.status) && one.role == "student") {
        if let Some(title) = titles.get(&*one.class) {
            by_user.entry(&one.user).or_default().insert(title);
        }
    }
    by_user
}
