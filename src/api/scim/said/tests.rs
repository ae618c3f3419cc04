use rstest::rstest;
use serde_json::json;

use super::*;
use crate::model::ids::MemberId;

const NUMBER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber";
const DEPARTMENT: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";

/// Somebody whom a directory named, with a number and a name of its own.
fn ada() -> DirectoryUser {
    let at = "2026-02-01T08:00:00Z".parse().unwrap();
    DirectoryUser {
        id: MemberId(uuid::Uuid::from_u128(7)),
        profile: Profile {
            number: "001".into(),
            name: "Ada".into(),
            role: MemberRole::Faculty,
            unit: Some("Mathematics".into()),
            github_login: Some("ada".into()),
        },
        active: true,
        names: Names { user_name: "ada@example.edu".into(), external_id: Some("x1".into()), gives_name: true, gives_number: true },
        is_named: true,
        created_at: at,
        updated_at: at,
    }
}

fn made(body: Value) -> Result<Wish, Refusal> {
    Said::by_body(&body)?.wish(None, true)
}

fn put(body: Value) -> Result<Wish, Refusal> {
    Said::by_body(&body)?.wish(Some(&ada()), true)
}

fn patched(before: &DirectoryUser, operations: Value) -> Result<Wish, Refusal> {
    Said::by_operations(&json!({"schemas": [PATCH], "Operations": operations}))?.wish(Some(before), false)
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, Refusal>) -> Kind {
    match result.unwrap_err() {
        Refusal::Scim { kind: Some(kind), .. } => kind,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_body_makes_a_member_and_what_is_not_kept_is_taken_in_silence() {
    let wish = made(json!({
        "schemas": [USER, ENTERPRISE], "userName": "ada@example.edu", "externalId": "x1", "displayName": "Ada Lovelace",
        "name": {"formatted": "A. Lovelace", "givenName": "Ada", "familyName": "Lovelace", "honorificPrefix": "Dr"}, "userType": "Faculty",
        "active": true, "emails": [{"value": "ada@example.edu", "primary": true}], "title": null, "groups": [], "password": "x",
        "meta": {"resourceType": "User"}, "locale": "en-GB",
        ENTERPRISE: {"employeeNumber": "0020230001", "department": "Mathematics", "manager": {"value": "7"}},
    }))
    .unwrap();
    let names = Names { user_name: "ada@example.edu".into(), external_id: Some("x1".into()), gives_name: true, gives_number: true };
    let profile = Profile {
        number: "0020230001".into(),
        name: "Ada Lovelace".into(),
        role: MemberRole::Faculty,
        unit: Some("Mathematics".into()),
        github_login: None,
    };
    assert_eq!(wish, Wish { names, profile, active: true });
}

#[test]
fn without_a_number_the_user_name_is_it_and_goes_with_it() {
    let wish = made(json!({"userName": "0020230001", "displayName": "Ada"})).unwrap();
    assert_eq!((&*wish.profile.number, wish.names.gives_number, wish.profile.role), ("0020230001", false, MemberRole::Student));
    let before = DirectoryUser { profile: wish.profile, names: wish.names, ..ada() };
    let renamed = |operations| patched(&before, operations).unwrap();
    assert_eq!(renamed(json!([{"op": "replace", "path": "userName", "value": "0020230002"}])).profile.number, "0020230002");
    let numbered = renamed(json!([{"op": "add", "path": NUMBER, "value": "7"}, {"op": "replace", "path": "userName", "value": "ada"}]));
    assert_eq!((&*numbered.profile.number, numbered.names.gives_number), ("7", true));
    // The number of whom the directory has given one stays whatever the name.
    assert_eq!(patched(&ada(), json!([{"op": "replace", "path": "userName", "value": "lovelace"}])).unwrap().profile.number, "001");
    assert_eq!(refused(made(json!({"userName": "a".repeat(65), "displayName": "Ada"}))), Kind::InvalidValue);
}

#[rstest]
#[case(json!({"displayName": "Ada"}), Some("Ada"))]
#[case(json!({"displayName": "Ada", "name": {"formatted": "A. Lovelace"}}), Some("Ada"))]
#[case(json!({"name": {"formatted": "A. Lovelace", "givenName": "Ada", "familyName": "Byron"}}), Some("A. Lovelace"))]
#[case(json!({"name": {"givenName": "Ada", "familyName": "Lovelace"}}), Some("Ada Lovelace"))]
#[case(json!({"name": {"givenName": "芳", "familyName": "王"}}), Some("王芳"))]
#[case(json!({"displayName": "", "name": {"givenName": "Ada", "familyName": "Lovelace"}}), Some("Ada Lovelace"))]
#[case(json!({"name": {"givenName": "Ada"}}), None)]
#[case(json!({"nickName": "Ada"}), None)]
#[case(json!({}), None)]
fn a_name_is_what_the_directory_says_it_is_and_is_never_missing(#[case] mut body: Value, #[case] name: Option<&str>) {
    body["userName"] = json!("1");
    match name {
        Some(name) => assert_eq!(made(body).unwrap().profile.name, name),
        None => assert_eq!(refused(made(body)), Kind::InvalidValue),
    }
}

#[rstest]
#[case(json!({"displayName": "Ada"}), Kind::InvalidValue)]
#[case(json!({"userName": null, "displayName": "Ada"}), Kind::InvalidValue)]
#[case(json!({"userName": "", "displayName": "Ada"}), Kind::InvalidValue)]
#[case(json!({"userName": 7, "displayName": "Ada"}), Kind::InvalidValue)]
#[case(json!({"userName": " a", "displayName": "Ada"}), Kind::InvalidValue)]
#[case(json!({"userName": "1", "displayName": "Ada", "userType": "dean"}), Kind::InvalidValue)]
#[case(json!({"userName": "1", "displayName": "Ada", "roles": [{"value": "student"}, {"value": "faculty"}]}), Kind::InvalidValue)]
#[case(json!({"userName": "1", "displayName": "Ada", "active": "yes"}), Kind::InvalidValue)]
#[case(json!({"userName": "1", "displayName": "Ada", "active": null}), Kind::InvalidValue)]
#[case(json!({"userName": "1", "displayName": "Ada", "name": "Ada"}), Kind::InvalidValue)]
#[case(json!({"userName": "1", "displayName": "Ada", ENTERPRISE: {"employeeNumber": 20230001}}), Kind::InvalidValue)]
#[case(json!({"userName": "1", "displayName": "Ada", ENTERPRISE: {"employeeNumber": ""}}), Kind::InvalidValue)]
#[case(json!({"userName": "1", "displayName": "Ada", ENTERPRISE: {"emploeeNumber": "7"}}), Kind::InvalidPath)]
#[case(json!({"userName": "1", "displayName": "Ada", "employeeNumber": "7"}), Kind::InvalidPath)]
#[case(json!({"userName": "1", "displayName": "Ada", "urn:example:2.0:User": {"employeeNumber": "7"}}), Kind::InvalidPath)]
#[case(json!({"schemas": ["urn:example"], "userName": "1", "displayName": "Ada"}), Kind::InvalidSyntax)]
#[case(json!({"schemas": USER, "userName": "1", "displayName": "Ada"}), Kind::InvalidSyntax)]
#[case(json!([]), Kind::InvalidSyntax)]
fn what_cannot_be_a_user_is_refused_with_its_reason(#[case] body: Value, #[case] kind: Kind) {
    assert_eq!(refused(made(body)), kind);
}

/// As Entra ID sends them: capital verbs, booleans as texts, one attribute an operation; or all in one value under paths.
#[test]
fn the_operations_of_entra_id_are_understood() {
    let wish = patched(
        &ada(),
        json!([
            {"op": "Replace", "path": "displayName", "value": "Ada King"},
            {"op": "Replace", "path": "name.familyName", "value": "King"},
            {"op": "Add", "path": "emails[type eq \"work\"].value", "value": "king@example.edu"},
            {"op": "Replace", "path": "active", "value": "False"},
            {"op": "Add", "path": DEPARTMENT, "value": "Engines"},
            {"op": "Replace", "path": "addresses[type eq \"work\"].country", "value": "GB"},
            {"op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", "value": "x9"},
            {"op": "Add", "path": "roles", "value": [{"primary": true, "type": "WindowsAzureActiveDirectoryRole", "value": "student"}]},
            {"op": "Remove", "path": "externalId"},
        ]),
    )
    .unwrap();
    assert_eq!((&*wish.profile.name, wish.active, wish.profile.unit.as_deref()), ("Ada King", false, Some("Engines")));
    assert_eq!((wish.names.external_id, wish.profile.role, &*wish.profile.number), (None, MemberRole::Student, "001"));
    let whole = json!([{"op": "replace", "value": {"displayName": "Ada King", "name.givenName": "Ada", "active": true, DEPARTMENT: "Engines",
        NUMBER: "002", ENTERPRISE: {"schemas": [ENTERPRISE], "department": "Analytical engines"}}}]);
    let wish = patched(&ada(), whole).unwrap();
    assert_eq!((&*wish.profile.name, &*wish.profile.number), ("Ada King", "002"));
    assert_eq!(wish.profile.github_login.as_deref(), Some("ada"), "a directory says nothing of logins");
}

/// As Okta sends them: a change of the state without a path, and everything else as a whole.
#[test]
fn the_requests_of_okta_are_understood() {
    let off = json!([{"op": "replace", "value": {"active": false}}]);
    assert_eq!(patched(&ada(), off).unwrap(), Wish { active: false, ..patched(&ada(), json!([{"op": "add", "value": {}}])).unwrap() });
    let wish = put(json!({
        "schemas": [USER], "id": "7", "userName": "ada@example.edu", "name": {"givenName": "Ada", "familyName": "King"}, "displayName": "Ada King",
        "emails": [{"primary": true, "value": "ada@example.edu", "type": "work"}], "active": true, "groups": [], "nickName": "", "userType": "",
    }))
    .unwrap();
    assert_eq!((&*wish.profile.name, wish.profile.unit, wish.names.external_id), ("Ada King", None, None));
    assert_eq!((&*wish.profile.number, wish.profile.role), ("001", MemberRole::Faculty), "they are never missing");
}

#[rstest]
#[case(json!([]), Kind::InvalidSyntax)]
#[case(json!({}), Kind::InvalidSyntax)]
#[case(json!(["replace"]), Kind::InvalidSyntax)]
#[case(json!([{"op": "move", "path": "userName", "value": "a"}]), Kind::InvalidSyntax)]
#[case(json!([{"path": "userName", "value": "a"}]), Kind::InvalidSyntax)]
#[case(json!([{"op": "replace", "path": "userName"}]), Kind::InvalidSyntax)]
#[case(json!([{"op": "replace", "value": "a"}]), Kind::InvalidSyntax)]
#[case(json!([{"op": "replace", "path": 7, "value": "a"}]), Kind::InvalidPath)]
#[case(json!([{"op": "replace", "path": "shoeSize", "value": "a"}]), Kind::InvalidPath)]
#[case(json!([{"op": "replace", "path": "active[value eq true]", "value": "a"}]), Kind::InvalidPath)]
#[case(json!([{"op": "replace", "path": "id", "value": "a"}]), Kind::Mutability)]
#[case(json!([{"op": "remove", "path": NUMBER}]), Kind::Mutability)]
#[case(json!([{"op": "remove", "path": ENTERPRISE}]), Kind::Mutability)]
#[case(json!([{"op": "remove", "path": "userType"}]), Kind::Mutability)]
#[case(json!([{"op": "remove"}]), Kind::NoTarget)]
#[case(json!([{"op": "remove", "path": "userName"}]), Kind::InvalidValue)]
#[case(json!([{"op": "remove", "path": "active"}]), Kind::InvalidValue)]
#[case(json!([{"op": "replace", "path": "displayName", "value": "Ada"}, {"op": "replace", "path": "active", "value": 7}]), Kind::InvalidValue)]
fn operations_that_are_none_are_refused_and_with_them_all_others(#[case] operations: Value, #[case] kind: Kind) {
    assert_eq!(refused(patched(&ada(), operations)), kind);
}

#[test]
fn there_are_so_many_operations_at_most() {
    let operation = json!({"op": "replace", "path": "active", "value": true});
    assert!(patched(&ada(), vec![operation.clone(); MOST_OPERATIONS].into()).is_ok());
    assert_eq!(refused(patched(&ada(), vec![operation; MOST_OPERATIONS + 1].into())), Kind::InvalidSyntax);
}

#[test]
fn what_a_directory_does_not_say_in_one_follows_the_parts_until_it_does() {
    let parts = json!([{"op": "replace", "path": "name.formatted", "value": "A. King"}]);
    assert_eq!(patched(&ada(), parts.clone()).unwrap().profile.name, "Ada", "displayName is the name");
    let unnamed = DirectoryUser { names: Names { gives_name: false, ..ada().names }, ..ada() };
    let wish = patched(&unnamed, parts).unwrap();
    assert_eq!((&*wish.profile.name, wish.names.gives_name), ("A. King", false));
    assert!(patched(&unnamed, json!([{"op": "add", "path": "displayName", "value": "Ada"}])).unwrap().names.gives_name);
    // One part alone does not say what becomes of the other.
    assert_eq!(patched(&unnamed, json!([{"op": "replace", "path": "name.givenName", "value": "A."}])).unwrap().profile.name, "Ada");
}
