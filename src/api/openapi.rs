//! The OpenAPI document: what is true of all routes alike is added here, so that a route says only what is its own.
//! It must not describe a route that is not there: the document is made from the router.

use utoipa::{
    OpenApi,
    openapi::{
        self, Content, ContentBuilder, HeaderBuilder, ObjectBuilder, Ref, RefOr, ResponseBuilder, Type,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn},
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};

use super::problem::{CONTENT_TYPE, ProblemView};

/// The name of the security scheme; each route names it together with the role that it needs.
const SCHEME: &str = "key";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Accredit",
        description = "Turns open-source contributions into academic credit. The conventions of all routes are in docs/API.md.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(ProblemView)),
    tags(
        (name = "Repositories", description = "What the institution tracks, and fetches of it"),
        (name = "Members", description = "Students and faculty"),
        (name = "Terms", description = "Whole days in the institution's zone"),
        (name = "Policies", description = "What open-source work is worth"),
        (name = "Statements", description = "What people say about members' work"),
        (name = "Evaluations", description = "Scorings of a term under a policy"),
        (name = "Contributions", description = "The facts from GitHub"),
        (name = "Reports", description = "Files for a registry"),
        (name = "Audit", description = "The chained log of what was decided"),
        (name = "API keys", description = "Who may call"),
        (name = "Health", description = "Whether the program lives and can serve"),
    ),
)]
struct Document;

/// The document without routes.
pub(super) fn empty() -> openapi::OpenApi {
    let mut document = Document::openapi();
    let scheme = Http::builder().scheme(HttpAuthScheme::Bearer).bearer_format("accredit_<institution>_<secret>").build();
    document.components.get_or_insert_default().add_security_scheme(SCHEME, SecurityScheme::Http(scheme));
    document
}

/// Adds to every route what all of its kind have in common.
pub(super) fn complete(mut document: openapi::OpenApi) -> openapi::OpenApi {
    for (path, item) in &mut document.paths.paths {
        let needs_key = path.starts_with("/v1/");
        let has_id = path.contains("{id}");
        let operations = [
            (Method::Get, &mut item.get),
            (Method::Post, &mut item.post),
            (Method::Patch, &mut item.patch),
            (Method::Delete, &mut item.delete),
        ];
        for (method, operation) in operations {
            let Some(operation) = operation else { continue };
            operation.operation_id = Some(operation_id(method, path));
            refusals(operation, method, needs_key, has_id);
            if needs_key {
                conditions(operation, method);
            }
        }
    }
    document
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Get,
    Post,
    Patch,
    Delete,
}

/// `GET /v1/members/{id}/score` is `get_members_id_score`: no two routes share one.
fn operation_id(method: Method, path: &str) -> String {
    let verb = match method {
        Method::Get => "get",
        Method::Post => "post",
        Method::Patch => "patch",
        Method::Delete => "delete",
    };
    let words = path.trim_start_matches("/v1").split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    std::iter::once(verb).chain(words).collect::<Vec<_>>().join("_")
}

fn refusals(operation: &mut Operation, method: Method, needs_key: bool, has_id: bool) {
    let writes = matches!(method, Method::Post | Method::Patch);
    let has_body = operation.request_body.is_some();
    let applying = [
        ("400", needs_key, "The request cannot be read: a parameter, the cursor or the body's syntax"),
        ("401", needs_key, "No valid key"),
        ("403", needs_key, "The key's role may not do this"),
        ("404", has_id || has_body, "Not there, or another institution's"),
        ("409", needs_key && (writes || method == Method::Get), "In conflict with what is there, or not ready yet"),
        ("413", has_body, "Body too large"),
        ("415", has_body, "Content type not supported"),
        ("422", writes, "Fields are not valid, or the Idempotency-Key was used for another request"),
        ("500", true, "Something failed on our side"),
        ("503", true, "Cannot answer right now"),
    ];
    for (status, applies, description) in applying {
        if applies {
            operation.responses.responses.entry(status.to_owned()).or_insert_with(|| problem(description));
        }
    }
}

fn problem(description: &str) -> RefOr<openapi::Response> {
    let content: Content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(description).content(CONTENT_TYPE, content).build().into()
}

/// The headers by which a GET is conditional and a POST is done once; where a new thing is.
fn conditions(operation: &mut Operation, method: Method) {
    let parameters = operation.parameters.get_or_insert_default();
    match method {
        Method::Get => {
            parameters.push(header("If-None-Match", "The ETag of an earlier answer: 304 while nothing has changed").into());
            let unchanged = ResponseBuilder::new().description("Nothing has changed").build();
            operation.responses.responses.insert("304".to_owned(), unchanged.into());
            returns(operation, "200", "ETag", "Changes exactly when the body does");
        }
        Method::Post => {
            parameters.push(header("Idempotency-Key", "1 to 255 characters: the same request sent again gets the same answer").into());
            returns(operation, "201", "Location", "Where the new thing is");
            returns(operation, "202", "Location", "Where to see how the work goes");
        }
        Method::Patch | Method::Delete => {}
    }
}

fn header(name: &str, description: &str) -> Parameter {
    let text = ObjectBuilder::new().schema_type(Type::String);
    ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header).description(Some(description)).schema(Some(text)).build()
}

fn returns(operation: &mut Operation, status: &str, name: &str, description: &str) {
    if let Some(RefOr::T(response)) = operation.responses.responses.get_mut(status) {
        let text = ObjectBuilder::new().schema_type(Type::String);
        let header = HeaderBuilder::new().schema(Some(text)).description(Some(description)).build();
        response.headers.insert(name.to_owned(), header.into());
    }
}
