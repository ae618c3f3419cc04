//! `/scim/v2`: a directory (SCIM 2.0, RFC 7643 and 7644) writes the register. A User is a member.
//! It must not know of GitHub: no directory says which account is whose.

pub(super) mod discovery;
mod filter;
mod message;
mod path;
mod projection;
mod said;
pub(super) mod users;
mod view;

pub(super) use message::{CONTENT_TYPE, ErrorView, dress, is_scim};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// The largest page.
const MOST_RESULTS: i64 = 200;
