//! `/scim/v2/ServiceProviderConfig`, `ResourceTypes`, `Schemas`: what a directory can ask and send here.
//! It must not promise what is not done: a directory acts by it.

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    ENTERPRISE, MOST_RESULTS, USER,
    message::{Answer, Refusal},
    view::location,
};
use crate::api::{
    Api,
    auth::Reader,
    problem::Problem,
    query::{Id, Query},
};

const CONFIG: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
const RESOURCE_TYPE: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";
pub(super) const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// Nothing here can be looked for: RFC 7644 asks that a filter be refused with 403.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct Asked {
    filter: Option<String>,
}

impl Asked {
    fn refuse_filter(&self) -> Result<(), Refusal> {
        match self.filter {
            Some(_) => Err(Refusal::forbidden("There is nothing here to be filtered.")),
            None => Ok(()),
        }
    }
}

/// Shows what of SCIM there is.
#[utoipa::path(get, path = "/scim/v2/ServiceProviderConfig", tag = "SCIM", security(("key" = ["reader"])),
    responses((status = 200, content((Value = "application/scim+json")))))]
pub(in crate::api) async fn config(State(api): State<Api>, _: Reader, Query(asked): Query<Asked>) -> Result<Answer<Value>, Refusal> {
    asked.refuse_filter()?;
    let no = json!({ "supported": false });
    let yes = json!({ "supported": true });
    let key = json!({
        "type": "oauthbearertoken",
        "name": "API key",
        "description": "A key of the institution with the role staff: Authorization: Bearer accredit_…",
        "primary": true
    });
    Ok(Answer(
        StatusCode::OK,
        json!({
            "schemas": [CONFIG],
            "patch": yes,
            "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
            "filter": { "supported": true, "maxResults": MOST_RESULTS },
            "changePassword": no,
            "sort": no,
            "etag": yes,
            "authenticationSchemes": [key],
            "meta": { "resourceType": "ServiceProviderConfig", "location": location(&api.sign_in.public_url, "ServiceProviderConfig") }
        }),
    ))
}

/// Lists the kinds of resources: Users, and nothing else.
#[utoipa::path(get, path = "/scim/v2/ResourceTypes", tag = "SCIM", security(("key" = ["reader"])),
    responses((status = 200, content((Value = "application/scim+json")))))]
pub(in crate::api) async fn resource_types(
    State(api): State<Api>,
    _: Reader,
    Query(asked): Query<Asked>,
) -> Result<Answer<Value>, Refusal> {
    asked.refuse_filter()?;
    Ok(Answer(StatusCode::OK, list(vec![user_type(&api)])))
}

/// Shows a kind of resource.
#[utoipa::path(get, path = "/scim/v2/ResourceTypes/{id}", tag = "SCIM", security(("key" = ["reader"])),
    params(("id" = String, Path, description = "Its name", example = "User")),
    responses((status = 200, content((Value = "application/scim+json")))))]
pub(in crate::api) async fn resource_type(State(api): State<Api>, _: Reader, Id(name): Id<String>) -> Result<Answer<Value>, Refusal> {
    if name != "User" {
        return Err(Problem::not_found().into());
    }
    Ok(Answer(StatusCode::OK, user_type(&api)))
}

/// Lists the schemas: which attributes of a User are kept.
#[utoipa::path(get, path = "/scim/v2/Schemas", tag = "SCIM", security(("key" = ["reader"])),
    responses((status = 200, content((Value = "application/scim+json")))))]
pub(in crate::api) async fn schemas(State(api): State<Api>, _: Reader, Query(asked): Query<Asked>) -> Result<Answer<Value>, Refusal> {
    asked.refuse_filter()?;
    Ok(Answer(StatusCode::OK, list(vec![user_schema(&api), enterprise_schema(&api)])))
}

/// Shows a schema.
#[utoipa::path(get, path = "/scim/v2/Schemas/{id}", tag = "SCIM", security(("key" = ["reader"])),
    params(("id" = String, Path, description = "Its name", example = "urn:ietf:params:scim:schemas:core:2.0:User")),
    responses((status = 200, content((Value = "application/scim+json")))))]
pub(in crate::api) async fn schema(State(api): State<Api>, _: Reader, Id(urn): Id<String>) -> Result<Answer<Value>, Refusal> {
    match urn.as_str() {
        USER => Ok(Answer(StatusCode::OK, user_schema(&api))),
        ENTERPRISE => Ok(Answer(StatusCode::OK, enterprise_schema(&api))),
        _ => Err(Problem::not_found().into()),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is moved into the list")]
fn list(resources: Vec<Value>) -> Value {
    json!({
        "schemas": [LIST],
        "totalResults": resources.len(),
        "startIndex": 1,
        "itemsPerPage": resources.len(),
        "Resources": resources
    })
}

fn user_type(api: &Api) -> Value {
    json!({
        "schemas": [RESOURCE_TYPE],
        "id": "User",
        "name": "User",
        "description": "A member of the institution",
        "endpoint": "/Users",
        "schema": USER,
        "schemaExtensions": [{ "schema": ENTERPRISE, "required": false }],
        "meta": { "resourceType": "ResourceType", "location": location(&api.sign_in.public_url, "ResourceTypes/User") }
    })
}

/// Of which kind an attribute is, beyond its name.
#[derive(Clone, Copy)]
struct Kind {
    kind: &'static str,
    required: bool,
    case_exact: bool,
    mutability: &'static str,
    uniqueness: &'static str,
}

const TEXT: Kind = Kind { kind: "string", required: false, case_exact: true, mutability: "readWrite", uniqueness: "none" };

fn one(name: &str, description: &str, of: Kind) -> Value {
    let mut attribute = json!({
        "name": name,
        "type": of.kind,
        "multiValued": false,
        "description": description,
        "required": of.required,
        "mutability": of.mutability,
        "returned": "default",
    });
    if of.kind == "string" {
        attribute["caseExact"] = json!(of.case_exact);
        attribute["uniqueness"] = json!(of.uniqueness);
    }
    attribute
}

fn user_schema(api: &Api) -> Value {
    let user_name = Kind { required: true, case_exact: false, uniqueness: "server", ..TEXT };
    let shown = Kind { mutability: "readOnly", ..TEXT };
    let mut name = one("name", "The name", Kind { kind: "complex", ..shown });
    let formatted = one("formatted", "The same as displayName; taken for it where a directory says no displayName", shown);
    name["subAttributes"] = json!([formatted]);
    // Never missing: without it on making a member, it is the first of these.
    let role = Kind { required: true, case_exact: false, ..TEXT };
    let mut user_type = one("userType", "What the member is at the institution", role);
    user_type["canonicalValues"] = json!(["student", "faculty"]);
    json!({
        "schemas": [SCHEMA],
        "id": USER,
        "name": "User",
        "description": "A member of the institution",
        "attributes": [
            one("userName", "The directory's name for the member, and the number where employeeNumber gives none", user_name),
            one("displayName", "What the member is called", Kind { required: true, ..TEXT }),
            name,
            user_type,
            one("active", "Whether the member is on the register", Kind { kind: "boolean", required: true, ..TEXT }),
        ],
        "meta": { "resourceType": "Schema", "location": location(&api.sign_in.public_url, &format!("Schemas/{USER}")) }
    })
}

fn enterprise_schema(api: &Api) -> Value {
    json!({
        "schemas": [SCHEMA],
        "id": ENTERPRISE,
        "name": "EnterpriseUser",
        "description": "The member's number and unit",
        "attributes": [
            one("employeeNumber", "The member's number: a text, leading zeros count", Kind { uniqueness: "server", ..TEXT }),
            one("department", "The unit", TEXT),
        ],
        "meta": { "resourceType": "Schema", "location": location(&api.sign_in.public_url, &format!("Schemas/{ENTERPRISE}")) }
    })
}
