//! A User as a directory sees it, and the shape of what it may send.
//! It must not show what the directory does not know of its own accord: no login, no account.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{ENTERPRISE, USER};
use crate::{
    api::problem::Problem,
    db::directory::DirectoryUser,
    model::{ids::MemberId, member::MemberRole},
};

/// A member, as a directory sees one.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ScimUser)]
pub(in crate::api) struct UserView {
    schemas: Vec<&'static str>,
    id: MemberId,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    user_name: String,
    display_name: String,
    name: NameView,
    user_type: MemberRole,
    /// On the register.
    active: bool,
    #[serde(rename = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", skip_serializing_if = "Option::is_none")]
    enterprise: Option<EnterpriseView>,
    meta: MetaView,
}

#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = ScimName)]
struct NameView {
    formatted: String,
}

#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ScimEnterprise)]
struct EnterpriseView {
    /// The member's number; absent where that is the user name.
    #[serde(skip_serializing_if = "Option::is_none")]
    employee_number: Option<String>,
    /// The unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    department: Option<String>,
}

#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ScimMeta)]
struct MetaView {
    resource_type: &'static str,
    created: DateTime<Utc>,
    last_modified: DateTime<Utc>,
    location: String,
    /// Changes with the user; the same as `ETag`.
    version: String,
}

/// A page of Users. Each holds what `attributes` and `excludedAttributes` leave of it.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ScimUsers)]
pub(in crate::api) struct UsersView {
    pub schemas: [&'static str; 1],
    /// How many there are on all pages.
    pub total_results: i64,
    /// The number of the first one on this page; the first of all has 1.
    pub start_index: i64,
    pub items_per_page: usize,
    #[serde(rename = "Resources")]
    #[schema(value_type = Vec<Object>)]
    pub resources: Vec<Value>,
}

impl UserView {
    /// `base`: where browsers find us.
    pub fn new(user: DirectoryUser, base: &Url) -> Result<Self, Problem> {
        let employee_number = user.names.gives_number.then_some(user.profile.number);
        let enterprise = EnterpriseView { employee_number, department: user.profile.unit };
        let enterprise = (enterprise.employee_number.is_some() || enterprise.department.is_some()).then_some(enterprise);
        let mut view = Self {
            schemas: if enterprise.is_some() { vec![USER, ENTERPRISE] } else { vec![USER] },
            id: user.id,
            external_id: user.names.external_id,
            user_name: user.names.user_name,
            display_name: user.profile.name.clone(),
            name: NameView { formatted: user.profile.name },
            user_type: user.profile.role,
            active: user.active,
            enterprise,
            meta: MetaView {
                resource_type: "User",
                created: user.created_at,
                last_modified: user.updated_at,
                location: location(base, &format!("Users/{}", user.id)),
                version: String::new(),
            },
        };
        let text = serde_json::to_vec(&view).map_err(|why| Problem::broken(&why))?;
        view.meta.version = format!("W/\"{}\"", hex::encode(&Sha256::digest(text)[..16]));
        Ok(view)
    }

    pub fn version(&self) -> &str {
        &self.meta.version
    }

    pub fn location(&self) -> &str {
        &self.meta.location
    }
}

/// Where something below `/scim/v2/` is.
pub(super) fn location(base: &Url, path: &str) -> String {
    format!("{}/scim/v2/{path}", base.as_str().trim_end_matches('/'))
}

/// A User as a directory sends it. Attributes that only stand here are taken and not kept; `null` says that there is none.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ScimUserBody, example = json!({
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
    "userName": "wang.fang@example.edu",
    "externalId": "5f0c1b2a",
    "displayName": "Wang Fang",
    "userType": "student",
    "active": true,
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"employeeNumber": "0020230009", "department": "Mathematics"}
}))]
#[expect(dead_code, reason = "the document's: what is sent is read attribute by attribute, in whatever letters")]
pub(in crate::api) struct UserBody {
    schemas: Option<Vec<String>>,
    user_name: String,
    external_id: Option<String>,
    display_name: Option<String>,
    name: Option<NameBody>,
    /// `student` or `faculty`, in whatever letters.
    user_type: Option<String>,
    /// `student` or `faculty` among them counts where there is no `userType`.
    #[schema(value_type = Object)]
    roles: Option<Value>,
    #[schema(schema_with = active)]
    active: Option<Value>,
    #[serde(rename = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")]
    enterprise: Option<EnterpriseBody>,
    id: Option<Value>,
    meta: Option<Value>,
    groups: Option<Value>,
    nick_name: Option<Value>,
    profile_url: Option<Value>,
    title: Option<Value>,
    preferred_language: Option<Value>,
    locale: Option<Value>,
    timezone: Option<Value>,
    password: Option<Value>,
    emails: Option<Value>,
    phone_numbers: Option<Value>,
    ims: Option<Value>,
    photos: Option<Value>,
    addresses: Option<Value>,
    entitlements: Option<Value>,
    x509_certificates: Option<Value>,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ScimNameBody)]
#[expect(dead_code, reason = "the document's")]
struct NameBody {
    formatted: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    middle_name: Option<Value>,
    honorific_prefix: Option<Value>,
    honorific_suffix: Option<Value>,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ScimEnterpriseBody)]
#[expect(dead_code, reason = "the document's")]
struct EnterpriseBody {
    /// The member's number; without one it is the user name.
    employee_number: Option<String>,
    /// The unit.
    department: Option<String>,
    cost_center: Option<Value>,
    organization: Option<Value>,
    division: Option<Value>,
    manager: Option<Value>,
}

/// Changes of a User, one after the other; all or none.
#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = ScimPatch, example = json!({
    "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    "Operations": [{"op": "replace", "path": "displayName", "value": "Wang Fang"}]
}))]
#[expect(dead_code, reason = "the document's")]
pub(in crate::api) struct PatchBody {
    schemas: Option<Vec<String>>,
    #[serde(rename = "Operations")]
    #[schema(min_items = 1, max_items = 100)]
    operations: Vec<OperationBody>,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = ScimOperation)]
#[expect(dead_code, reason = "the document's")]
struct OperationBody {
    /// `add`, `replace` or `remove`, in whatever letters.
    #[schema(pattern = "^([Aa][Dd][Dd]|[Rr][Ee][Pp][Ll][Aa][Cc][Ee]|[Rr][Ee][Mm][Oo][Vv][Ee])$")]
    op: String,
    /// Without one, `value` is an object of attributes.
    path: Option<String>,
    value: Option<Value>,
}

/// Some directories write the boolean as a text.
fn active() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
    use utoipa::openapi::{ObjectBuilder, OneOfBuilder, Schema, Type};
    let text = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["true", "false", "True", "False"]));
    Schema::OneOf(OneOfBuilder::new().item(ObjectBuilder::new().schema_type(Type::Boolean)).item(text).build()).into()
}
