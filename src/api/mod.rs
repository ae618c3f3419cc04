//! The HTTP door: reads and writes through `db/`, renders with `reports/`, asks for work by enqueueing a job.
//! It must not score and must not fetch.

mod account_changes;
mod account_proof;
mod account_proofs;
mod accounts;
mod admission;
mod api_key_rotations;
mod api_keys;
mod appeals;
mod audit;
mod auth;
mod awards;
mod body;
mod contributions;
mod cookies;
mod done;
mod etag;
mod evaluations;
mod fields;
mod health;
mod holidays;
mod idempotency;
mod institutions;
mod layers;
mod manners;
mod me;
mod members;
mod members_import;
mod notices;
mod openapi;
mod policies;
mod problem;
mod query;
mod rate;
mod reports;
mod repositories;
mod repositories_import;
mod scim;
mod scores;
mod server;
mod sign_in;
mod sign_in_provider;
mod statements;
mod statements_import;
mod syncs;
mod term_policies;
mod terms;
mod turns;
mod units;
mod users;

use axum::{
    Json, Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
    routing,
};
use utoipa_axum::{router::OpenApiRouter, routes};
use utoipa_swagger_ui::{Config, SwaggerUi};

pub use manners::Manners;
pub use server::serve;
pub use sign_in::SignIn;

use self::{rate::Rate, turns::Turns};
use crate::{
    db::Db,
    identity,
    model::{clock::Clock, sealing::SealingKey},
};

/// What every handler works with.
#[derive(Debug, Clone)]
pub struct Api {
    pub db: Db,
    pub clock: Clock,
    pub sign_in: SignIn,
    /// The OAuth app by which members prove their accounts, where the settings have one.
    pub github: Option<identity::github::GitHub>,
    /// What institutions' secrets are sealed with, where the settings have a key.
    pub sealing: Option<SealingKey>,
}

/// Every route, for callers who are held to these manners.
pub fn router(api: Api, manners: &Manners) -> Router {
    let turns = Turns::new(manners.at_once);
    let rate = (Rate::new(manners, api.clock.clone()), api.sign_in.public_url.clone());
    // What every route with a key goes through. The last layer is the first that a request meets.
    let held = |routes: OpenApiRouter<Api>| {
        routes
            .route_layer(layers::catch_panic())
            .route_layer(from_fn_with_state(api.clone(), idempotency::answer_once))
            .route_layer(from_fn(etag::tag))
            .route_layer(from_fn_with_state(turns.clone(), turns::take))
            .route_layer(from_fn_with_state(api.clone(), auth::authenticate))
            .route_layer(from_fn_with_state(rate.clone(), rate::hold))
    };
    let keyed = OpenApiRouter::with_openapi(openapi::empty())
        .routes(routes!(repositories::create, repositories::list))
        .routes(routes!(repositories::get, repositories::delete))
        .routes(routes!(repositories_import::import))
        .routes(routes!(syncs::create))
        .routes(routes!(syncs::get))
        .routes(routes!(members::create, members::list))
        .routes(routes!(members::get, members::change, members::delete))
        .routes(routes!(members::erase))
        .routes(routes!(accounts::list, accounts::attest))
        .routes(routes!(accounts::request))
        .routes(routes!(account_changes::list))
        .routes(routes!(account_changes::get))
        .routes(routes!(account_changes::decide))
        .routes(routes!(account_changes::withdraw))
        .routes(routes!(units::list))
        .routes(routes!(scores::get))
        .routes(routes!(terms::create, terms::list))
        .routes(routes!(terms::get))
        .routes(routes!(term_policies::create, term_policies::list))
        .routes(routes!(policies::create, policies::list))
        .routes(routes!(policies::get))
        .routes(routes!(statements::create, statements::list))
        .routes(routes!(statements::get))
        .routes(routes!(statements::withdraw))
        .routes(routes!(statements::countersign))
        .routes(routes!(statements_import::import))
        .routes(routes!(evaluations::create))
        .routes(routes!(evaluations::get))
        .routes(routes!(evaluations::difference))
        .routes(routes!(scores::list))
        .routes(routes!(contributions::list))
        .routes(routes!(reports::credits))
        .routes(routes!(awards::propose, awards::list))
        .routes(routes!(awards::approve_all))
        .routes(routes!(awards::get))
        .routes(routes!(awards::decide))
        .routes(routes!(appeals::create, appeals::list))
        .routes(routes!(appeals::get))
        .routes(routes!(appeals::decide))
        .routes(routes!(holidays::list, holidays::replace))
        .routes(routes!(api_keys::create, api_keys::list))
        .routes(routes!(api_keys::revoke))
        .routes(routes!(institutions::create, institutions::list))
        .routes(routes!(api_key_rotations::create))
        .routes(routes!(users::create, users::list))
        .routes(routes!(users::get, users::change))
        .routes(routes!(sign_in_provider::set, sign_in_provider::get, sign_in_provider::delete))
        .routes(routes!(sign_in::sign_out))
        .routes(routes!(me::get))
        .routes(routes!(account_proof::begin))
        .routes(routes!(account_proof::callback))
        .routes(routes!(account_proofs::create))
        .routes(routes!(account_proofs::get))
        .routes(routes!(account_proofs::check))
        .routes(routes!(audit::list))
        .routes(routes!(audit::checkpoint))
        .routes(routes!(scim::users::create, scim::users::list))
        .routes(routes!(scim::users::get, scim::users::replace, scim::users::change, scim::users::delete))
        .routes(routes!(scim::discovery::config))
        .routes(routes!(scim::discovery::resource_types))
        .routes(routes!(scim::discovery::resource_type))
        .routes(routes!(scim::discovery::schemas))
        .routes(routes!(scim::discovery::schema));
    // Files are larger than anything else that comes in.
    let files =
        held(OpenApiRouter::new().routes(routes!(members_import::import))).route_layer(DefaultBodyLimit::max(body::MOST_FILE_BYTES));
    let keyed = held(keyed).merge(files);
    let open = OpenApiRouter::new()
        .routes(routes!(sign_in::begin))
        .routes(routes!(sign_in::callback))
        .routes(routes!(notices::get))
        .route_layer(from_fn_with_state(rate, rate::hold))
        .routes(routes!(health::live))
        .routes(routes!(health::ready));

    let (router, document) = keyed.merge(open).split_for_parts();
    let document = openapi::complete(document);
    let reference = SwaggerUi::new("/docs").config(Config::from("/openapi.json"));
    let document = Router::new()
        .route("/openapi.json", routing::get(move || std::future::ready(Json(document.clone()))))
        .route_layer(from_fn(etag::tag));
    layers::wrap(router.merge(document).merge(reference).with_state(api), manners)
}
