//! The OpenAPI document: what is true of all routes alike is added here, so that a route says only what is its own.
//! It must not describe a route that is not there: the document is made from the router.

use utoipa::{
    OpenApi,
    openapi::{
        self, Content, ContentBuilder, HeaderBuilder, ObjectBuilder, Ref, RefOr, ResponseBuilder, Type,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn},
        security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    },
};

use super::{
    problem::{CONTENT_TYPE, ProblemView},
    scim,
};

/// The name of the security scheme; each route names it together with the role that it needs.
const SCHEME: &str = "key";
/// What does as well as a key.
const SESSION: &str = "session";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Accredit",
        description = "Turns open-source contributions into academic credit. The conventions of all routes are in docs/API.md.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(ProblemView, scim::ErrorView)),
    tags(
        (name = "Repositories", description = "What the institution tracks, and fetches of it"),
        (name = "Members", description = "Students and faculty"),
        (name = "Terms", description = "Whole days in the institution's zone"),
        (name = "Policies", description = "What open-source work is worth"),
        (name = "Statements", description = "What people say about members' work"),
        (name = "Evaluations", description = "Scorings of a term under a policy"),
        (name = "Awards", description = "Credit that people give, on the ground of an evaluation"),
        (name = "Appeals", description = "What students say against an award"),
        (name = "Contributions", description = "The facts from GitHub"),
        (name = "Reports", description = "Files for a registry"),
        (name = "Institutions", description = "The directory, for the operator"),
        (name = "Audit", description = "The chained log of what was decided"),
        (name = "API keys", description = "Systems that may call"),
        (name = "Users", description = "People who may sign in"),
        (name = "Sign-in", description = "From a browser to the institution's provider and back"),
        (name = "SCIM", description = "For directories (RFC 7643, RFC 7644): members under names of the directory's own"),
        (name = "Health", description = "Whether the program lives and can serve"),
    ),
)]
struct Document;

/// The document without routes.
pub(super) fn empty() -> openapi::OpenApi {
    let mut document = Document::openapi();
    let scheme = Http::builder().scheme(HttpAuthScheme::Bearer).bearer_format("accredit_<institution>_<secret>").build();
    let session = ApiKey::Cookie(ApiKeyValue::with_description(
        "__Host-accredit-session",
        "Of somebody who signed in. What writes must come from a page of this server: Sec-Fetch-Site, or else Origin, says so",
    ));
    let components = document.components.get_or_insert_default();
    components.add_security_scheme(SCHEME, SecurityScheme::Http(scheme));
    components.add_security_scheme(SESSION, SecurityScheme::ApiKey(session));
    document
}

/// Adds to every route what all of its kind have in common.
pub(super) fn complete(mut document: openapi::OpenApi) -> openapi::OpenApi {
    for (path, item) in &mut document.paths.paths {
        let operations = [
            (Method::Get, &mut item.get),
            (Method::Post, &mut item.post),
            (Method::Put, &mut item.put),
            (Method::Patch, &mut item.patch),
            (Method::Delete, &mut item.delete),
        ];
        for (method, operation) in operations {
            let Some(operation) = operation else { continue };
            let needs_key = is_called(path) && role(operation).is_some();
            if let Some(role) = role(operation) {
                operation.security.get_or_insert_default().push(SecurityRequirement::new(SESSION, [role]));
            }
            operation.operation_id = Some(operation_id(method, path));
            refusals(operation, method, path);
            if needs_key {
                conditions(operation, method, path);
            }
        }
    }
    document
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// The role that a route states; `None`: it is open to everybody.
fn role(operation: &Operation) -> Option<String> {
    let stated = serde_json::to_value(operation.security.as_ref()?.first()?).ok()?;
    Some(stated.get(SCHEME)?.get(0)?.as_str()?.to_owned())
}

/// `GET /v1/members/{id}/score` is `get_members_id_score`: no two routes share one.
fn operation_id(method: Method, path: &str) -> String {
    let verb = match method {
        Method::Get => "get",
        Method::Post => "post",
        Method::Put => "put",
        Method::Patch => "patch",
        Method::Delete => "delete",
    };
    let words = path.trim_start_matches("/v1").split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    std::iter::once(verb).chain(words).collect::<Vec<_>>().join("_")
}

/// Whether programs call it, and not people's browsers or what watches the process.
fn is_called(path: &str) -> bool {
    path.starts_with("/v1/") || scim::is_scim(path)
}

fn refusals(operation: &mut Operation, method: Method, path: &str) {
    let needs_key = is_called(path) && role(operation).is_some();
    let is_scim = scim::is_scim(path);
    let has_id = path.contains("{id}");
    let writes = matches!(method, Method::Post | Method::Put | Method::Patch);
    let has_body = operation.request_body.is_some();
    let applying = [
        ("400", is_called(path), "The request cannot be read: a parameter, the cursor or the body's syntax"),
        ("401", needs_key, "No valid key"),
        ("403", needs_key, "The key's role may not do this"),
        ("404", has_id || has_body || path == "/v1/reports/credits", "Not there, or another institution's"),
        ("409", needs_key && !(is_scim && method == Method::Get), "In conflict with what is there, or not ready yet"),
        ("412", is_scim && has_id && method != Method::Get, "It has changed since the version in If-Match"),
        ("413", has_body, "Body too large"),
        ("415", has_body, "Content type not supported"),
        (
            "422",
            writes && (!is_scim || method == Method::Post),
            "Fields are not valid, or the Idempotency-Key was used for another request",
        ),
        ("429", !matches!(path, "/healthz" | "/readyz"), "The key sends more requests than it may"),
        ("500", true, "Something failed on our side"),
        ("503", true, "Cannot answer right now"),
    ];
    for (status, applies, description) in applying {
        if applies {
            let refusal = || if is_scim { scim_error(description) } else { problem(description) };
            operation.responses.responses.entry(status.to_owned()).or_insert_with(refusal);
        }
    }
    for status in ["429", "503"] {
        returns(operation, status, "Retry-After", "After how many seconds to ask again");
    }
    for (name, description) in [
        ("RateLimit", "What is left of the key's requests (r), and when all are there again (t)"),
        ("RateLimit-Policy", "How many requests (q) in how many seconds (w)"),
    ] {
        returns(operation, "429", name, description);
    }
}

fn problem(description: &str) -> RefOr<openapi::Response> {
    let content: Content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(description).content(CONTENT_TYPE, content).build().into()
}

fn scim_error(description: &str) -> RefOr<openapi::Response> {
    let content: Content = ContentBuilder::new().schema(Some(Ref::from_schema_name("ScimError"))).build();
    ResponseBuilder::new().description(description).content(scim::CONTENT_TYPE, content).build().into()
}

/// The headers by which a GET is conditional and a POST is done once; where a new thing is.
fn conditions(operation: &mut Operation, method: Method, path: &str) {
    let parameters = operation.parameters.get_or_insert_default();
    match method {
        Method::Get => {
            let any = ObjectBuilder::new().schema_type(Type::String);
            parameters.push(header("If-None-Match", "The ETag of an earlier answer: 304 while nothing has changed", any).into());
            let unchanged = ResponseBuilder::new().description("Nothing has changed").build();
            operation.responses.responses.insert("304".to_owned(), unchanged.into());
            returns(operation, "200", "ETag", "Changes exactly when the body does");
        }
        Method::Post => {
            // An operator's key has no institution whose answers could be kept.
            if path != "/v1/institutions" {
                let visible = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[!-~]{1,255}$"));
                parameters.push(
                    header("Idempotency-Key", "1 to 255 characters: the same request sent again gets the same answer", visible).into(),
                );
            }
            returns(operation, "201", "Location", "Where the new thing is");
            returns(operation, "202", "Location", "Where to see how the work goes");
        }
        Method::Put | Method::Patch | Method::Delete if scim::is_scim(path) => {
            let any = ObjectBuilder::new().schema_type(Type::String);
            parameters.push(header("If-Match", "The version that is to be changed: 412 when it is another by now", any).into());
        }
        Method::Put | Method::Patch | Method::Delete => {}
    }
}

fn header(name: &str, description: &str, text: ObjectBuilder) -> Parameter {
    ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header).description(Some(description)).schema(Some(text)).build()
}

fn returns(operation: &mut Operation, status: &str, name: &str, description: &str) {
    if let Some(RefOr::T(response)) = operation.responses.responses.get_mut(status) {
        let text = ObjectBuilder::new().schema_type(Type::String);
        let header = HeaderBuilder::new().schema(Some(text)).description(Some(description)).build();
        response.headers.insert(name.to_owned(), header.into());
    }
}
